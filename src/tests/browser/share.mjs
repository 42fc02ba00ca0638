// What a visitor does with a link: the password, the viewer on what is shared and nothing else, a link that was taken back; and an inbox.
// node share.mjs PLAN: a JSON file {url, link, password, uid, inbox, files, pictures}.
import { chromium } from "playwright-core";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

const plan = JSON.parse(readFileSync(process.argv[2], "utf8"));
const WAIT_MS = 240_000; // a debug build on a busy machine
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist",
    "--disable-dev-shm-usage", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update"],
});
const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
const page = await context.newPage();
page.setDefaultTimeout(WAIT_MS);
const complaints = [];
const roots = new Set();
page.on("pageerror", (error) => complaints.push(`page: ${error}`));
page.on("console", (message) => {
  if (/Content Security Policy|violates/.test(message.text())) complaints.push(message.text());
});
page.on("request", (request) => {
  const url = new URL(request.url());
  if (/^https?:/.test(request.url()) && url.origin !== plan.url) complaints.push(`asked another origin: ${url}`);
  if (/sv_/.test(request.url())) complaints.push(`a visit in an address: ${url}`);
  if (request.headers().referer?.includes("sl_")) complaints.push(`the link in a Referer: ${url}`);
  const root = url.pathname.match(/^(.*\/dicom-web)\//);
  if (root) roots.add(root[1]);
});

// What is on the canvas has light and dark in it.
const isDrawn = () => page.evaluate(() => {
  const canvas = document.querySelector("canvas.cornerstone-canvas");
  if (!canvas || !canvas.width) return false;
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let low = 255, high = 0;
  for (let at = 0; at < data.length; at += 4) {
    low = Math.min(low, data[at]);
    high = Math.max(high, data[at]);
  }
  return high - low > 100;
});

const until = async (what, look) => {
  for (const end = Date.now() + WAIT_MS; !(await look());) {
    if (Date.now() > end) {
      await page.screenshot({ path: `${plan.pictures}/share-failed.png` });
      assert.fail(`waited for ${what}; ${complaints.join("; ")}`);
    }
    await page.waitForTimeout(100);
  }
};
const textOf = (id) => page.locator(id).textContent();

await page.goto(plan.url + plan.link);
await page.locator("#password").fill("not this one");
await page.locator("#open button[type=submit]").click();
await until("the refusal", async () => (await textOf("#message")) === "the password is not right");
await page.locator("#password").fill(plan.password);
await page.locator("#open button[type=submit]").click();
await page.locator("#viewer").waitFor();
await page.screenshot({ path: `${plan.pictures}/share.png` });
assert.equal(await page.locator("#downloads li").count(), 0);
await page.locator("#viewer").click();
await until("the first image", () => page.locator("canvas.cornerstone-canvas").first().isVisible());
await page.locator("canvas.cornerstone-canvas").first().hover();
await until("an image with something on it", async () => {
  if (await isDrawn()) return true;
  await page.mouse.wheel(0, 100); // the outer slices are dark
  return false;
});
await page.screenshot({ path: `${plan.pictures}/share-viewer.png` });
assert.deepEqual([...roots], [`/public/v1/shares/${plan.link.slice(3)}/dicom-web`]);
const cookies = await context.cookies(`${plan.url}/public/v1/shares/${plan.link.slice(3)}/dicom-web/studies`);
const visit = cookies.filter((cookie) => cookie.name.endsWith("gantry-share"));
assert.ok(visit.length === 1 && visit[0].httpOnly && visit[0].sameSite === "Strict");
assert.ok((await context.cookies(`${plan.url}/public/v1/studies`)).every((cookie) => cookie.name !== visit[0].name));

await page.goto(plan.url + plan.inbox);
await page.locator("#open button[type=submit]").click();
await page.locator("#files").setInputFiles(plan.files);
await page.locator("#send").click();
const count = plan.files.length;
await until("the files", async () => (await textOf("#result")) === `${count - 1} of ${count} stored, 1 not taken:`);
await page.screenshot({ path: `${plan.pictures}/inbox.png` });
assert.deepEqual(complaints.filter((text) => !text.startsWith("page: ")), []);
await browser.close();
console.log("shared, drawn, sent in");
