// What a link opens: images to see, or an inbox to send some to. The visit is a cookie that this script cannot read; the link itself
// stays in this tab, for the viewer's configuration.
"use strict";

const byId = (id) => document.getElementById(id);
const link = window.location.pathname.split("/")[2] || "";
const share = `/public/v1/shares/${link}`;
const images = `${share}/dicom-web`;
const endings = {
  revoked: "This link was taken back.",
  expired: "This link has ended.",
  used_up: "This link was used as often as it may be.",
};

const tell = (text) => { byId("message").textContent = text; };
const problem = async (response) => {
  try { return (await response.json()).detail || response.statusText; } catch { return response.statusText; }
};

const addDownloads = (visit) => {
  if (!visit.allows_download) return;
  for (const uid of visit.study_instance_uids) {
    const item = document.createElement("li"), anchor = document.createElement("a");
    anchor.href = `${images}/studies/${uid}?accept=application/zip`;
    anchor.textContent = "Download as ZIP";
    anchor.download = "";
    item.append(anchor);
    byId("downloads").append(item);
  }
};

// Of what is seen de-identified the names are those of the visit, which knows them from within.
const findStudies = async (visit) => {
  if (!visit.is_deidentified) return;
  const response = await fetch(`${images}/studies?limit=100`, { headers: { Accept: "application/dicom+json" } });
  if (!response.ok) throw new Error(await problem(response));
  visit.study_instance_uids = (await response.json()).map((study) => study["0020000D"].Value[0]);
};

const showImages = (visit) => {
  const one = visit.study_instance_uids.length === 1;
  const series = visit.series_instance_uid ? `&SeriesInstanceUIDs=${visit.series_instance_uid}` : "";
  byId("viewer").href = one ? `/viewer/viewer?StudyInstanceUIDs=${visit.study_instance_uids[0]}${series}` : "/viewer";
  byId("what").textContent = one ? "One study was shared with you." : `${visit.study_count} studies were shared with you.`;
  addDownloads(visit);
  byId("images").hidden = false;
};

const showInbox = () => {
  byId("what").textContent = "Send images here. They are stored, and not shown to anybody who has this link.";
  byId("inbox").hidden = false;
};

const open = async () => {
  const response = await fetch(`${share}/open`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(byId("password-row").hidden ? {} : { password: byId("password").value }),
  });
  byId("password").value = "";
  if (!response.ok) throw new Error(await problem(response));
  const visit = await response.json();
  window.sessionStorage.setItem("gantry-share", link);
  byId("open").hidden = true;
  if (visit.kind === "inbox") { showInbox(); return; }
  await findStudies(visit);
  showImages(visit);
};

byId("open").addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = event.target.querySelector("button");
  tell("");
  button.disabled = true;
  try { await open(); } catch (error) { tell(error.message); }
  button.disabled = false;
});

// One file a request: what went wrong is said of that file alone.
const store = async (file) => {
  const boundary = `gantry${crypto.getRandomValues(new Uint32Array(4)).join("")}`;
  const body = new Blob([`--${boundary}\r\nContent-Type: application/dicom\r\n\r\n`, file, `\r\n--${boundary}--\r\n`]);
  const response = await fetch(`${images}/studies`, {
    method: "POST",
    headers: { "Content-Type": `multipart/related; type="application/dicom"; boundary=${boundary}`, Accept: "application/dicom+json" },
    body,
  });
  return response.ok;
};

byId("send").addEventListener("click", async () => {
  const files = [...byId("files").files, ...byId("folder").files];
  const progress = byId("progress");
  let sent = 0, refused = 0;
  tell("");
  byId("refused").replaceChildren();
  if (files.length === 0) { tell("Choose files first."); return; }
  byId("send").disabled = true;
  progress.hidden = false;
  for (const [at, file] of files.entries()) {
    let ok = false;
    try { ok = await store(file); } catch { ok = false; }
    sent += ok;
    refused += !ok;
    if (!ok) {
      const item = document.createElement("li");
      item.textContent = file.webkitRelativePath || file.name;
      byId("refused").append(item);
    }
    progress.value = (at + 1) / files.length;
    byId("result").textContent = `${sent} of ${files.length} stored${refused ? `, ${refused} not taken:` : ""}`;
  }
  byId("send").disabled = false;
});

fetch(share).then(async (response) => {
  if (response.status === 404) { byId("what").textContent = "There is no such link."; return; }
  if (!response.ok) throw new Error(await problem(response));
  const described = await response.json();
  if (described.state !== "open") { byId("what").textContent = endings[described.state]; return; }
  byId("what").textContent = described.kind === "inbox" ? "Images can be sent here." : "Images were shared with you.";
  byId("password-row").hidden = !described.has_password;
  byId("open").hidden = false;
}).catch((error) => { tell(error.message || "the server cannot be reached"); });
