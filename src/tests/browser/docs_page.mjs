// Opens the documentation in Chromium as a newcomer would: signs in, tries every JSON route, looks at what came.
// node docs_page.mjs URL EMAIL PASSWORD PICTURE
import { chromium } from "playwright-core";
import assert from "node:assert/strict";

const [url, email, password, picture] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync"],
});
const page = await browser.newPage({ viewport: { width: 1100, height: 900 } });
const complaints = [];
page.on("pageerror", (error) => complaints.push(String(error)));
page.on("console", (message) => { // answers that are errors on purpose are written there too
  if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) complaints.push(message.text());
});

const until = async (locator, matches) => { // the page's policy forbids evaluated conditions
  for (let text = "", i = 0; i < 600; i++) {
    text = await locator.textContent();
    if (matches.test(text)) return text;
    await page.waitForTimeout(25);
    if (i === 599) assert.fail(`waited for ${matches}, saw ${text}`);
  }
};
const open = async (path, method) => {
  const operation = page.locator("details", { has: page.locator(`summary .method.${method}`) })
    .filter({ has: page.locator("summary code", { hasText: new RegExp(`^${path.replace(/[/{}.*]/g, "\\$&")}$`) }) });
  if (await operation.getAttribute("open") === null) await operation.locator("summary").click();
  return operation;
};
const tryIt = async (operation, values = {}, body) => {
  for (const [name, value] of Object.entries(values)) await operation.locator(`input[name="${name}"]`).fill(String(value));
  if (body) await operation.locator("textarea").fill(JSON.stringify(body));
  const output = operation.locator("pre");
  await output.evaluate((node) => { node.textContent = ""; });
  await operation.locator("button").click();
  const text = await until(output, /^\d{3} /);
  let json = null;
  try { json = JSON.parse(text.slice(text.indexOf("\n\n"))); } catch { /* not JSON: a picture's bytes, metrics, nothing */ }
  return { status: Number(text.slice(0, 3)), text, json };
};

await page.goto(`${url}/docs`);
await page.waitForSelector("details");
const api = await (await page.request.get(`${url}/openapi.json`)).json();
const routes = Object.entries(api.paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => [path, method]));
assert.equal(await page.locator("details").count(), routes.length, "every route is listed");

assert.equal((await tryIt(await open("/api/v1/auth/me", "get"))).status, 401, "nobody is signed in yet");
await page.fill("#username", email);
await page.fill("#password", "not-the-password");
await page.click("#authorize button");
await until(page.locator("#who"), /wrong/);
await page.fill("#password", password);
await page.click("#authorize button");
await until(page.locator("#who"), /^signed in$/);
assert.equal((await tryIt(await open("/api/v1/auth/me", "get"))).json.email, email);

const studies = await tryIt(await open("/api/v1/studies", "get"), { search: "shepp", page_size: 1 });
assert.equal(studies.status, 200);
const study = studies.json.items[0];
const series = (await tryIt(await open("/api/v1/studies/{id}/series", "get"), { id: study.id })).json.items[0];
const instance = (await tryIt(await open("/api/v1/series/{id}/instances", "get"), { id: series.id, page_size: 1 })).json.items[0];
const user = await tryIt(await open("/api/v1/users", "post"), {},
  { email: "browser@example.org", name: "Browser", role: "viewer", password: "correct-horse-battery" });
assert.equal(user.status, 201, user.text);

// What each route is tried with, and what it answers; what is not here is tried as it stands and must not be a fault of ours.
const tries = {
  "get /api/v1/studies/{id}": [{ id: study.id }, 200], "delete /api/v1/studies/{id}": [{ id: study.id }, 200],
  "post /api/v1/studies/{id}/restore": [{ id: study.id }, 200], "get /api/v1/series/{id}": [{ id: series.id }, 200],
  "get /api/v1/instances/{id}": [{ id: instance.id }, 200], "get /api/v1/users": [{}, 200], "get /api/v1/changes": [{}, 200],
  "get /api/v1/audit-events": [{}, 200], "get /api/v1/mails": [{}, 200], "get /api/v1/users/{id}": [{ id: user.json.id }, 200],
  "patch /api/v1/users/{id}": [{ id: user.json.id }, 200, { name: "Browser again" }],
  "post /api/v1/users/{id}/deactivate": [{ id: user.json.id }, 200], "get /healthz": [{}, 200], "get /readyz": [{}, 200],
  "get /metrics": [{}, 200], "get /openapi.json": [{}, 200], "get /.well-known/jwks.json": [{}, 200],
};
const last = ["post /api/v1/auth/logout", "delete /api/v1/auth/browser-session"]; // each ends the session
for (const [path, method] of routes) {
  const name = `${method} ${path}`;
  if (last.includes(name)) continue;
  const [values, status, body] = tries[name] ?? [{}, null];
  const operation = await open(path, method);
  for (const input of await operation.locator("input[required]").all())
    if (await input.inputValue() === "") await input.fill("0");
  const answer = await tryIt(operation, values, body);
  if (status) assert.equal(answer.status, status, `${name}: ${answer.text}`);
  assert.ok(answer.status < 500, `${name}: ${answer.text}`);
}
assert.equal((await tryIt(await open("/api/v1/auth/logout", "post"))).status, 204);
assert.equal((await tryIt(await open("/api/v1/auth/me", "get"))).status, 401, "the sign-out was one");
assert.deepEqual(complaints, []);

await page.reload();
await page.waitForSelector("details");
await page.screenshot({ path: picture });
await browser.close();
console.log(`${routes.length} routes tried`);
