// Signs in by a cookie that this script cannot read, and goes on to where the user came from.
"use strict";

const session = "/api/v1/auth/browser-session";
const parameters = new URLSearchParams(window.location.search);
const byId = (id) => document.getElementById(id);

// Only into the viewer: an address from elsewhere must not choose where a user ends up.
const wanted = parameters.get("next") || "";
const next = /^\/viewer(?:[/?]|$)/.test(wanted) && !wanted.includes("\\") ? wanted : "/viewer";

const show = (user) => {
  byId("sign-in").hidden = Boolean(user);
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
    const response = await fetch(session, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ email: byId("email").value, password: byId("password").value }),
    });
    if (response.ok) {
      window.location.replace(next);
      return;
    }
    byId("message").textContent = (await response.json()).detail;
  } catch {
    byId("message").textContent = "the server cannot be reached";
  }
  byId("password").value = "";
  button.disabled = false;
});

byId("sign-out").addEventListener("click", async () => {
  await fetch(session, { method: "DELETE" });
  show(await whoIsIt());
  byId("message").textContent = "signed out";
});

// Who follows a link from another site arrives without the cookie, is sent here, and needs no second sign-in.
whoIsIt().then((user) => {
  if (user && parameters.has("next")) window.location.replace(next);
  else show(user);
}).catch(() => { byId("message").textContent = "the server cannot be reached"; });
