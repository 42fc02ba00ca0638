// Signs in by a cookie that this script cannot read, and goes on to where the user came from.
"use strict";

const session = "/api/v1/auth/browser-session";
const parameters = new URLSearchParams(window.location.search);
const resetToken = new URLSearchParams(window.location.hash.slice(1)).get("reset"); // behind #: no server sees it
const byId = (id) => document.getElementById(id);

// Only into the viewer: an address from elsewhere must not choose where a user ends up.
const wanted = parameters.get("next") || "";
const next = /^\/viewer(?:[/?]|$)/.test(wanted) && !wanted.includes("\\") ? wanted : "/viewer";

const post = (path, body) => fetch(path, {
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify(body),
});

// What is wrong in words: of a field, where the server says which.
const complaint = async (response) => {
  const problem = await response.json();
  return (problem.issues || []).map((issue) => `${issue.field} ${issue.text}`).join(", ") || problem.detail;
};

const show = (user) => {
  byId("sign-in").hidden = Boolean(user);
  byId("providers").hidden = Boolean(user) || !byId("providers").children.length;
  byId("account").hidden = !user;
  byId("name").textContent = user ? user.email : "";
  if (!user) byId("email").focus();
};

const whoIsIt = async () => {
  const response = await fetch("/api/v1/auth/me");
  return response.ok ? response.json() : null;
};

byId("sign-in").addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = event.target.querySelector("button");
  byId("message").textContent = "";
  button.disabled = true;
  try {
    const credentials = { email: byId("email").value, password: byId("password").value };
    if (byId("otp").value.trim()) credentials.otp = byId("otp").value.trim();
    const response = await post(session, credentials);
    if (response.ok) {
      window.location.replace(next);
      return;
    }
    const problem = await response.json();
    const needsCode = problem.code === "OTP_REQUIRED"; // the password was right: it stays
    byId("message").textContent = problem.detail;
    byId("second-factor").hidden = !needsCode;
    byId("otp").value = "";
    if (needsCode) byId("otp").focus();
    else byId("password").value = "";
  } catch {
    byId("message").textContent = "the server cannot be reached";
  }
  button.disabled = false;
});

// A link for each provider that one can sign in by.
const showProviders = async () => {
  const response = await fetch("/api/v1/auth/providers");
  if (!response.ok) return;
  for (const provider of (await response.json()).items) {
    const link = document.createElement("a");
    link.textContent = provider.name;
    link.href = `/api/v1/auth/providers/${encodeURIComponent(provider.id)}/start?next=${encodeURIComponent(next)}`;
    byId("providers").append(link);
  }
};

byId("provider-code").addEventListener("submit", async (event) => {
  event.preventDefault();
  const response = await post("/api/v1/auth/providers/otp", { otp: byId("provider-otp").value.trim() });
  if (response.ok) {
    const answer = await response.json();
    window.location.replace(answer.next || next);
    return;
  }
  const problem = await response.json();
  byId("message").textContent = problem.detail;
  byId("provider-otp").value = "";
  if (problem.code !== "OTP_REQUIRED") { // too late: begin again
    byId("provider-code").hidden = true;
    show(null);
  }
});

byId("sign-out").addEventListener("click", async () => {
  await fetch(session, { method: "DELETE" });
  show(await whoIsIt());
  byId("message").textContent = "signed out";
});

byId("forgot").addEventListener("click", async () => {
  if (!byId("email").reportValidity()) return;
  const response = await post("/api/v1/auth/password/forgot", { email: byId("email").value });
  byId("message").textContent = response.ok ? "if somebody has this address, a link is on its way there" : await complaint(response);
});

byId("reset").addEventListener("submit", async (event) => {
  event.preventDefault();
  const response = await post("/api/v1/auth/password/reset", { token: resetToken, password: byId("new-password").value });
  if (!response.ok) {
    byId("message").textContent = await complaint(response);
    return;
  }
  byId("reset").hidden = true;
  byId("sign-in").hidden = false;
  byId("message").textContent = "the password is set; sign in with it";
});

if (resetToken) { // no longer in the address, its history or what is sent from here
  window.history.replaceState(null, "", "/signin");
  byId("reset").hidden = false;
  byId("new-password").focus();
}

// What became of a sign-in by a provider; as text, whatever it is.
const problem = parameters.get("problem");
if (problem) {
  byId("message").textContent = parameters.get("detail") || "signing in did not work; begin again";
  window.history.replaceState(null, "", `/signin?next=${encodeURIComponent(next)}`);
}
if (parameters.has("linked")) byId("message").textContent = "the account is yours here now";

// Who follows a link from another site arrives without the cookie, is sent here, and needs no second sign-in.
if (problem === "OTP_REQUIRED") {
  byId("provider-code").hidden = false;
  byId("provider-otp").focus();
} else if (!resetToken) showProviders().then(whoIsIt).then((user) => {
  if (user && parameters.has("next") && !problem && !parameters.has("linked")) window.location.replace(next);
  else show(user);
}).catch(() => { byId("message").textContent = "the server cannot be reached"; });
