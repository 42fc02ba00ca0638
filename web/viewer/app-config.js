// The viewer's configuration for this server. The browser signs its requests with the session's cookie, which no script can read:
// there is no token of a user here, in an address or in storage.
"use strict";

(() => {
  const link = window.sessionStorage.getItem("gantry-share"); // of this tab, where a share was opened
  const images = `${window.location.origin}${link ? `/public/v1/shares/${link}` : ""}/dicom-web`;
  const account = link ? `/s/${link}` : "/signin?account";

  window.config = {
    name: "gantry",
    routerBasename: "/viewer",
    extensions: [],
    modes: [],
    customizationService: [{ "ohif.tours": { $set: [] } }], // nobody has to click a tour away
    showStudyList: true,
    maxNumberOfWebWorkers: 3,
    showWarningMessageForCrossOrigin: false,
    showCPUFallbackMessage: true,
    showLoadingIndicator: true,
    strictZSpacingForVolumeViewport: true,
    groupEnabledModesFirst: true,
    maxNumRequests: { interaction: 100, thumbnail: 5, prefetch: 25 },
    showErrorDetails: "production",
    investigationalUseDialog: { option: "never" },
    whiteLabeling: {
      createLogoComponentFn: (React) => React.createElement("a",
        { href: account, title: link ? "What was shared" : "Account, sign out", style: { color: "#fff", fontSize: "18px", fontWeight: 600, padding: "0 8px" } },
        "Gantry"),
    },
    defaultDataSourceName: "gantry",
    dataSources: [
      {
        namespace: "@ohif/extension-default.dataSourcesModule.dicomweb",
        sourceName: "gantry",
        configuration: {
          friendlyName: "Gantry",
          name: "gantry",
          qidoRoot: images,
          wadoRoot: images,
          wadoUriRoot: images,
          qidoSupportsIncludeField: true,
          supportsFuzzyMatching: false, // names match without case and accents anyway
          supportsWildcard: true,
          supportsReject: false,
          dicomUploadEnabled: false,
          imageRendering: "wadors",
          thumbnailRendering: "wadors", // drawn here: the server sends what is stored
          enableStudyLazyLoad: true,
          omitQuotationForMultipartRequest: true,
          singlepart: "bulkdata,video",
          bulkDataURI: {
            enabled: true,
            // A film is played straight from the server, as the single part that it is.
            transform: (uri) => uri.replace(/\/bulkdata\/7FE00010$/, "/frames/1?accept=video/mp4"),
          },
        },
      },
    ],
    httpErrorHandler: (error) => {
      if (error && error.status === 401)
        window.location.assign(link ? account : `/signin?next=${encodeURIComponent(window.location.pathname + window.location.search)}`);
    },
  };
})();
