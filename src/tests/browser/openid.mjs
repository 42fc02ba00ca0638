// Signing in by a provider in Chromium, refused first and then let in. node openid.mjs ORIGIN
import { chromium } from "playwright-core";
import assert from "node:assert/strict";

const [origin] = process.argv.slice(2);
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

const button = page.locator("#providers a", { hasText: "Clinic account" });
const signIn = async (at, login) => {
  await at.locator("input[name=login]").fill(login);
  await at.locator("input[name=password]").fill("anything");
  await at.locator("button[type=submit]").click();
  await at.locator("input[name=prompt][value=consent]").waitFor({ state: "attached" });
  await at.locator("button[type=submit]").click(); // agrees to what Gantry is told
};

await page.goto(`${origin}/signin`);
await button.waitFor();
await page.screenshot({ path: "signin.png" });
await button.click();
await signIn(page, "unverified-eve");
await page.locator("#message").filter({ hasText: "no address of yours that it has verified" }).waitFor();
assert.ok(!page.url().includes("problem"), "the complaint is still in the address");
assert.equal((await page.request.get(`${origin}/api/v1/auth/me`)).status(), 401);

// Another browser, which the provider does not know yet.
const other = await (await browser.newContext()).newPage();
await other.goto(`${origin}/signin?next=/viewer`);
await other.locator("#providers a", { hasText: "Clinic account" }).click();
await signIn(other, "frances");
await other.waitForURL(/\/viewer/);
const me = await (await other.request.get(`${origin}/api/v1/auth/me`)).json();
assert.equal(me.email, "frances@clinic.example");
await browser.close();
assert.deepEqual(complaints, []);
console.log("refused with a reason, then signed in");
