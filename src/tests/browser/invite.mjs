// The page behind an invitation's link in Chromium, as whoever was invited uses it. node invite.mjs LINK EMAIL
import { chromium } from "playwright-core";
import assert from "node:assert/strict";

const [link, email] = process.argv.slice(2), password = "another-horse-battery";
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync"],
});
const page = await browser.newPage();
const complaints = [];
page.on("pageerror", (error) => complaints.push(String(error)));
page.on("console", (message) => { // answers that are errors on purpose are written there too
  if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) complaints.push(message.text());
});

const until = async (locator, matches) => { // the page's policy forbids evaluated conditions
  for (let text = "", i = 0; i < 400; i++) {
    text = await locator.textContent();
    if (matches.test(text)) return;
    await page.waitForTimeout(25);
    if (i === 399) assert.fail(`waited for ${matches}, saw ${text}`);
  }
};
const accept = async (first, again) => {
  await page.locator("#password").fill(first);
  await page.locator("#again").fill(again);
  await page.locator("#accept button").click();
};

await page.goto(link);
await page.locator("#name").fill("Grace <b>Hopper</b>");
await accept(password, `${password}!`);
await until(page.locator("#message"), /^the two passwords differ$/);
await accept(password, password);
await until(page.locator("#email"), new RegExp(`^${email}$`));
assert.equal(new URL(page.url()).pathname, "/signin", "the token is still in the address");

await page.locator("#done a").click();
await page.locator("#sign-in #email").fill(email);
await page.locator("#sign-in #password").fill(password);
await page.locator("#sign-in button[type=submit]").click();
await page.waitForURL(/\/viewer/);
assert.equal(await (await page.request.get(new URL("/api/v1/auth/me", link).href)).json().then((me) => me.email), email);

await page.goto(link);
await accept(password, password);
await until(page.locator("#message"), /not good any more/);
await browser.close();
assert.deepEqual(complaints.filter((text) => !text.includes("/viewer")), []);
console.log("accepted, signed in, and good once");
