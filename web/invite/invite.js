// Accepts an invitation with the token that the address ends with; afterwards the address does not have it any more.
"use strict";

const byId = (id) => document.getElementById(id);
const token = window.location.pathname.split("/").pop();

const accept = async () => {
  const body = { token, password: byId("password").value };
  if (byId("name").value.trim()) body.name = byId("name").value.trim();
  const response = await fetch("/api/v1/auth/invitations/accept", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) return (answer.issues || []).map((issue) => `${issue.field} ${issue.text}`).join(", ") || answer.detail;
  byId("email").textContent = answer.email;
  byId("accept").hidden = true;
  byId("done").hidden = false;
  window.history.replaceState(null, "", "/signin");
  return "";
};

// With an account that somebody else keeps: the token goes in a body, in no address.
const begin = async (provider) => {
  const response = await fetch(`/api/v1/auth/providers/${encodeURIComponent(provider.id)}/start`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ invitation: token }),
  });
  const answer = await response.json();
  if (response.ok) window.location.assign(answer.url);
  else byId("message").textContent = answer.detail;
};

fetch("/api/v1/auth/providers").then((response) => response.json()).then((answer) => {
  for (const provider of answer.items) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = provider.name;
    button.addEventListener("click", () => begin(provider));
    byId("providers").append(button);
  }
  byId("providers").hidden = !answer.items.length;
}).catch(() => {}); // a password will do

byId("accept").addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = event.target.querySelector("button");
  if (byId("password").value !== byId("again").value) {
    byId("message").textContent = "the two passwords differ";
    return;
  }
  byId("message").textContent = "";
  button.disabled = true;
  try {
    byId("message").textContent = await accept();
  } catch {
    byId("message").textContent = "the server cannot be reached";
  }
  button.disabled = false;
});
