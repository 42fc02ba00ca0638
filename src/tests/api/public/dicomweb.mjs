// DICOMweb through an API key with the client that viewers are built on; every link leads back to where it was asked.
import assert from "node:assert/strict";
import XMLHttpRequest from "xhr2";
globalThis.XMLHttpRequest = XMLHttpRequest;
const dicomweb = await import("dicomweb-client");
const { DICOMwebClient } = (dicomweb.api ?? dicomweb.default.api);

const [root, key, otherRoot] = process.argv.slice(2);
const url = `${root}/public/v1/dicom-web`;
const client = new DICOMwebClient({ url, headers: { Authorization: `Bearer ${key}` } });

const studies = await client.searchForStudies({ queryParams: { limit: 50 } });
assert.ok(studies.length > 0);
let values = 0;
for (const study of studies.slice(0, 4)) {
  const studyInstanceUID = study["0020000D"].Value[0];
  assert.ok(study["00081190"].Value[0].startsWith(url + "/studies/"), study["00081190"].Value[0]);
  const metadata = await client.retrieveStudyMetadata({ studyInstanceUID });
  const instance = metadata[0];
  const seriesInstanceUID = instance["0020000E"].Value[0], sopInstanceUID = instance["00080018"].Value[0];
  const file = await client.retrieveInstance({ studyInstanceUID, seriesInstanceUID, sopInstanceUID });
  const same = await fetch(`${otherRoot}/dicom-web/studies/${studyInstanceUID}/series/${seriesInstanceUID}/instances/${sopInstanceUID}`,
    { headers: { Authorization: `Bearer ${key}`, Accept: "application/dicom" } });
  assert.equal(same.status, 200);
  assert.deepEqual(new Uint8Array(file), new Uint8Array(await same.arrayBuffer()));
  for (const element of Object.values(instance)) {
    if (!element.BulkDataURI) continue;
    assert.ok(element.BulkDataURI.startsWith("/public/v1/dicom-web/studies/"), element.BulkDataURI);
    const value = await client.retrieveBulkData({ BulkDataURI: new URL(element.BulkDataURI, root).href });
    assert.ok((value[0] ?? value).byteLength > 0);
    values++;
  }
}
assert.ok(values > 0);
console.log("dicomweb: done");
