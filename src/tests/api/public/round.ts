// A round with a client that was made of the OpenAPI document and knows nothing else: files in, found, out again.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fs from "node:fs";
import { client } from "./generated/client.gen.js";
import * as api from "./generated/sdk.gen.js";

const [baseUrl, key, folder] = process.argv.slice(2);
client.setConfig({ baseUrl, auth: () => key });

const files = fs.readdirSync(folder).sort();
const bytesOf = (name: string) => fs.readFileSync(`${folder}/${name}`);
const asItIs = { bodySerializer: (body: unknown) => body as Blob }; // the client makes JSON of every body unless told
const hash = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

async function good<T>(answer: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await answer;
  assert.ok(response.ok, `${response.status} ${JSON.stringify(error)}`);
  return data as T;
}

// In: a folder, in parts.
const size = files.reduce((sum, name) => sum + bytesOf(name).length, 0);
const upload = await good(api.createUpload({ body: { name: "round", kind: "folder", size } }));
assert.equal(upload.state, "open");
for (const [at, name] of files.entries()) {
  const part = await good(api.sendAPartOfAnUpload({
    path: { id: upload.id!, number: String(at + 1) }, query: { name }, body: new Blob([bytesOf(name)]), ...asItIs,
  }));
  assert.equal(part.sha256, hash(bytesOf(name)));
}
const parts = await good(api.listUploadParts({ path: { id: upload.id! } }));
assert.equal(parts.items!.length, files.length);
const done = await good(api.completeAnUpload({ path: { id: upload.id! } }));
assert.deepEqual([done.state, done.stored_count, done.refused_count], ["completed", files.length, 0]);

// Found: as JSON and by DICOMweb.
const first = done.files![0];
const listed = await good(api.listStudies({ query: { study_instance_uid: first.study_instance_uid, page_size: 5 } }));
assert.deepEqual([listed.total, listed.items![0].id, listed.items![0].instance_count], [1, first.study_id, files.length]);
const study = await good(api.getStudy({ path: { id: first.study_id! } }));
assert.equal(study.study_instance_uid, first.study_instance_uid);
const series = await good(api.listSeries({ path: { id: study.id! } }));
const instances = await good(api.listInstances({ path: { id: series.items![0].id! } }));
assert.equal(instances.total, files.length);
const rows = await good(api.searchStudies({ headers: { Accept: "application/dicom+json" } })) as Record<string, { Value: string[] }>[];
assert.ok(rows.some((row) => row["0020000D"].Value[0] === study.study_instance_uid));

// Out: byte for byte.
for (const file of done.files!) {
  const bytes = await good(api.retrieveAnInstance({
    path: { study: file.study_instance_uid!, series: file.series_instance_uid!, instance: file.sop_instance_uid! },
    headers: { Accept: "application/dicom" }, parseAs: "arrayBuffer",
  })) as unknown as ArrayBuffer;
  assert.equal(hash(new Uint8Array(bytes)), hash(bytesOf(file.name!)));
}

// Again: the same files are there; one instance straight by DICOMweb.
const stored = await api.storeInstances({
  body: new Blob([bytesOf(files[0])]), ...asItIs, headers: { "Content-Type": "application/dicom", Accept: "application/dicom+json" },
});
assert.equal(stored.response.status, 200);

// Errors are what the document says.
const missing = await api.getStudy({ path: { id: "00000000-0000-0000-0000-000000000001" } });
assert.equal(missing.response.status, 404);
assert.equal(missing.error!.code, "NOT_FOUND");
const wrong = await api.createUpload({ body: { name: "x", kind: "zip", size: 0 } });
assert.deepEqual([wrong.error!.code, wrong.error!.issues![0].field], ["INVALID", "size"]);
const refused = await api.listStudies({ auth: "gk_no" });
assert.deepEqual([refused.response.status, refused.error!.code], [401, "UNAUTHENTICATED"]);
console.log("round: done");
