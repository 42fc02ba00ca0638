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
