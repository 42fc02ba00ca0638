// Signs in to the viewer as a person would, opens each study from the list, and compares what is on the canvas with what the image holds.
// node viewer.mjs PLAN: a JSON file {url, email, password, pictures, studies: [{row, kind, rows, columns, grids, to, slack, picture}]}.
// A grid is the 8 x 8 means of an image's blocks as it is to be drawn: numbers, or [red, green, blue].
import { chromium } from "playwright-core";
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { readFileSync } from "node:fs";

const plan = JSON.parse(readFileSync(process.argv[2], "utf8"));
const MEAN_ERROR_MAX = 4; // of 255, over the blocks of all channels
const WAIT_MS = 240_000; // a debug build on a busy machine
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  headless: false, // the new headless mode, which shows documents: below
  args: ["--headless=new", "--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync"],
});
const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
const page = await context.newPage();
const complaints = [];
let bearer = 0;
let films = 0;
page.on("pageerror", (error) => complaints.push(`page: ${error}`));
page.on("console", (message) => {
  if (/Content Security Policy|violates/.test(message.text())) complaints.push(message.text());
});
page.on("request", (request) => {
  const url = request.url();
  if (/^https?:/.test(url) && !url.startsWith(`${plan.url}/`)) complaints.push(`asked another origin: ${url}`);
  if (/gb_|eyJ/.test(url)) complaints.push(`a token in an address: ${url}`);
  if (request.headers().authorization) bearer++;
});
page.on("response", (response) => {
  const expected = response.status() === 401 && response.url().endsWith("/api/v1/auth/me"); // asked before the sign-in
  if (response.status() >= 400 && !expected) complaints.push(`${response.status()} ${response.url()}`);
  if (response.status() === 206 && response.url().includes("accept=video/mp4")) films++;
});

const until = async (what, look) => {
  const end = Date.now() + WAIT_MS;
  for (let seen; ;) {
    seen = await look();
    if (seen.done) return seen;
    if (Date.now() > end) {
      await page.screenshot({ path: `${plan.pictures}/failed.png` });
      assert.fail(`waited for ${what}: ${JSON.stringify(seen).slice(0, 500)}; ${complaints.join("; ")}`);
    }
    await page.waitForTimeout(250);
  }
};

// The image fills the canvas but for bars on two sides; its block means, or null while there is no canvas.
const drawnGrid = (study) => page.evaluate(([rows, columns]) => {
  const canvas = document.querySelector("canvas.cornerstone-canvas");
  if (!canvas || !canvas.width) return null;
  const scale = Math.min(canvas.width / columns, canvas.height / rows);
  const [left, top] = [(canvas.width - columns * scale) / 2, (canvas.height - rows * scale) / 2];
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return Array.from({ length: 8 }, (_, y) => Array.from({ length: 8 }, (__, x) => {
    const sums = [0, 0, 0];
    let count = 0;
    const end = (at, start, size) => Math.floor(start + ((at + 1) * size * scale) / 8);
    for (let j = Math.ceil(top + (y * rows * scale) / 8); j < end(y, top, rows); j++) {
      for (let i = Math.ceil(left + (x * columns * scale) / 8); i < end(x, left, columns); i++, count++) {
        for (let c = 0; c < 3; c++) sums[c] += data[(j * canvas.width + i) * 4 + c];
      }
    }
    return sums.map((sum) => sum / count);
  }));
}, [study.rows, study.columns]);

const error = (drawn, wanted) => {
  let sum = 0;
  for (let y = 0; y < 8; y++) {
    for (let x = 0; x < 8; x++) {
      for (let c = 0; c < 3; c++) sum += Math.abs(drawn[y][x][c] - (Array.isArray(wanted[y][x]) ? wanted[y][x][c] : wanted[y][x]));
    }
  }
  return sum / 192;
};

// The image of the study that is most like what is drawn.
const best = (study, drawn) => Object.entries(study.grids)
  .map(([name, grid]) => ({ name, error: error(drawn, grid) })).sort((a, b) => a.error - b.error)[0];

const looksAt = async (study) => {
  const drawn = await drawnGrid(study);
  if (!drawn) return { name: null, error: Infinity }; // being laid out
  return { ...best(study, drawn), span: Math.max(...drawn.flat(2)) - Math.min(...drawn.flat(2)) };
};
const seesImage = (study, isRight = () => true) => until(`an image of ${study.row}`, async () => {
  const seen = await looksAt(study);
  return { ...seen, done: seen.error <= MEAN_ERROR_MAX && isRight(seen) };
});

// By the wheel to about the image of that number: back when it went away from it, on when nothing moves.
const scrollTo = async (study, first) => {
  const canvas = await page.locator("canvas.cornerstone-canvas").first().boundingBox({ timeout: WAIT_MS });
  await page.mouse.move(canvas.x + canvas.width / 2, canvas.y + canvas.height / 2);
  const distance = (seen) => Math.abs(Number(seen.name ?? NaN) - study.to);
  const near = (seen) => seen.name !== first.name && distance(seen) <= study.slack;
  let [step, seen] = [100, await looksAt(study)];
  await until(`the wheel to reach ${study.to}`, async () => {
    if (near(seen)) return { done: true };
    const before = seen;
    const turns = seen.span ? Math.max(1, Math.floor(distance(seen) / 4)) : 2; // black images look all alike
    for (let turn = 0; turn < turns; turn++) await page.mouse.wheel(0, step);
    for (let wait = 0; wait < 8 && seen.error === before.error; wait++) {
      await page.waitForTimeout(100);
      seen = await looksAt(study);
    }
    if (seen.span && before.span ? distance(seen) > distance(before) : before.span && !seen.span) step = -step;
    return { ...seen, done: near(seen) };
  });
  return seesImage(study, near);
};

const kinds = {
  async image(study) {
    const first = await seesImage(study);
    const last = study.to ? await scrollTo(study, first) : first;
    assert.ok(last.span > 40, "not one colour all over");
    return `image ${first.name}, then ${last.name}; mean error ${first.error.toFixed(2)} and ${last.error.toFixed(2)} of 255`;
  },
  async document() {
    const place = page.locator("object[data^='blob:']");
    await place.waitFor({ timeout: WAIT_MS });
    const start = await place.evaluate(async (node) => (await (await fetch(node.data)).text()).slice(0, 5));
    assert.equal(start, "%PDF-");
    const clip = await place.boundingBox();
    const seen = await until("the document's page", async () => {
      const picture = (await page.screenshot({ clip })).toString("base64");
      const { white, dark } = await page.evaluate(async (png) => {
        const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${png}`)).blob());
        const canvas = new OffscreenCanvas(image.width / 2, image.height); // the half in which the page is
        canvas.getContext("2d").drawImage(image, -image.width / 2, 0);
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        let [bright, black] = [0, 0];
        for (let i = 0; i < data.length; i += 4) {
          if (data[i] > 250) bright++;
          if (data[i] < 120) black++;
        }
        return { white: (bright * 4) / data.length, dark: (black * 4) / data.length };
      }, picture);
      return { white, dark, done: white > 0.4 && dark > 0.002 };
    });
    return `a page, ${Math.round(seen.white * 100)} % white`;
  },
  async film(study) { // bars of pure colours
    const seen = await until("the film", async () => {
      const drawn = await drawnGrid(study);
      const blocks = drawn ? drawn.flat() : [];
      const pure = [0, 1, 2].map((c) => blocks.some((b) => b[c] > 200 && b[(c + 1) % 3] < 60 && b[(c + 2) % 3] < 60));
      return { pure, done: pure.every(Boolean) };
    });
    assert.ok(films > 0, "by ranges");
    return `red, green and blue: ${seen.pure}`;
  },
};

// The list before anybody signed in is the page to sign in at.
await page.goto(`${plan.url}/viewer`);
assert.equal(new URL(page.url()).pathname, "/signin");
await page.locator("#sign-in").waitFor();
await page.fill("#email", plan.email);
await page.fill("#password", "not-the-password");
await page.click("#sign-in button[type=submit]");
await until("the refusal", async () => ({ done: /wrong/.test(await page.locator("#message").textContent()) }));
complaints.splice(0, complaints.length, ...complaints.filter((c) => !/^401 .*browser-session$/.test(c)));
await page.fill("#password", plan.password);
await page.click("#sign-in button[type=submit]");

for (const study of plan.studies) {
  const row = page.locator("tr", { has: page.getByText(study.row, { exact: true }) }).first();
  await row.waitFor({ timeout: WAIT_MS });
  await row.click();
  const open = page.getByText("Basic Viewer", { exact: true }).first();
  await open.waitFor({ timeout: WAIT_MS });
  if (study.list) await page.waitForTimeout(2000).then(() => page.screenshot({ path: `${plan.pictures}/${study.list}.png` }));
  await open.click();
  await page.waitForURL(/\/viewer\/viewer\?/, { timeout: WAIT_MS });
  console.log(`${study.row}: ${await kinds[study.kind](study)}`);
  if (study.picture) await page.waitForTimeout(2000).then(() => page.screenshot({ path: `${plan.pictures}/${study.picture}.png` }));
  await page.goBack();
}

// What a script on the page could take along: nothing.
const kept = await page.evaluate(() => JSON.stringify([document.cookie, { ...localStorage }, { ...sessionStorage }]));
assert.ok(!/gb_|eyJ/.test(kept), kept);
assert.equal(bearer, 0);
const [cookie] = await context.cookies(plan.url);
assert.deepEqual([cookie.httpOnly, cookie.sameSite, cookie.path], [true, "Strict", "/"]);

// Another port of the same host is the same site: its requests bring the cookie, and get nothing for it.
const stranger = createServer((_, response) => response.setHeader("Content-Type", "text/html").end("<p>stranger</p>")).listen(0, "127.0.0.1");
await new Promise((done) => stranger.once("listening", done));
const other = await context.newPage();
const answers = [];
other.on("response", (response) => { if (response.url().startsWith(plan.url)) answers.push(response.status()); });
await other.goto(`http://127.0.0.1:${stranger.address().port}/`);
await other.evaluate(async (url) => {
  await fetch(`${url}/dicom-web/studies`, { credentials: "include" }).then(() => { throw new Error("was answered"); }, () => {});
  await fetch(`${url}/dicom-web/studies`, { credentials: "include", mode: "no-cors" });
  await fetch(`${url}/api/v1/auth/browser-session`, { credentials: "include", mode: "no-cors", method: "POST" });
}, plan.url);
assert.ok(answers.length >= 2 && answers.every((status) => status === 403), `${answers}`); // one that CORS stopped may not be told
// A link from there to the viewer is taken to the sign-in page, which finds the cookie and goes on.
await other.evaluate((url) => { const a = document.createElement("a"); a.href = `${url}/viewer`; document.body.append(a); a.click(); }, plan.url);
await other.waitForURL(`${plan.url}/viewer`, { timeout: WAIT_MS });
await other.close();
stranger.close();

assert.deepEqual(complaints, []);
await page.goto(`${plan.url}/signin`);
await page.locator("#sign-out").click();
await page.locator("#sign-in").waitFor();
await page.goto(`${plan.url}/viewer`);
assert.equal(new URL(page.url()).pathname, "/signin", "the sign-out was one");
assert.equal(await page.evaluate(async () => (await fetch("/dicom-web/studies")).status), 401);
if (plan.signin) await page.screenshot({ path: `${plan.pictures}/${plan.signin}.png` });
await browser.close();
