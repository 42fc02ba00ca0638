// Reads the OpenAPI document, lists its operations by tag and lets each be tried with the token of the sign-in.
"use strict";

let token = null;
let api = null;

const make = (name, props = {}, ...children) => {
  const node = Object.assign(document.createElement(name), props);
  node.append(...children);
  return node;
};

const resolve = (schema) => {
  if (!schema || !schema.$ref) return schema;
  return api.components.schemas[schema.$ref.split("/").pop()];
};

const exampleOf = (schema) => {
  schema = resolve(schema) || {};
  if (schema.examples) return schema.examples[0];
  if (schema.enum) return schema.enum[0];
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === "object") {
    return Object.fromEntries(Object.entries(schema.properties || {}).map(([k, v]) => [k, exampleOf(v)]));
  }
  return { array: [], integer: 0, number: 0, boolean: true }[type] ?? "";
};

const STREAM_LENGTH_MAX = 20000; // of a text that does not end, in characters

// An answer that lasts is shown as it comes, until another one takes its place.
const follow = async (response, output) => {
  const head = output.textContent;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let text = ""; output.textContent === head + text; output.textContent = head + text) {
    const { done, value } = await reader.read();
    if (done) return;
    if (output.textContent !== head + text) break;
    text = (text + value).slice(-STREAM_LENGTH_MAX);
  }
  await reader.cancel();
};

const show = async (response, output, started) => {
  const type = response.headers.get("Content-Type") || "";
  let text;
  if (type.startsWith("text/event-stream")) {
    text = "";
  } else if (type.includes("json")) {
    const raw = await response.text();
    try { text = JSON.stringify(JSON.parse(raw), null, 2); } catch { text = raw; }
  } else if (type.startsWith("text/")) {
    text = await response.text();
  } else {
    text = `${(await response.arrayBuffer()).byteLength} bytes of ${type || "nothing"}`;
  }
  const ms = Math.round(performance.now() - started);
  output.textContent = `${response.status} ${response.statusText}  (${ms} ms, ${response.headers.get("X-Request-Id")})\n\n${text}`;
  if (type.startsWith("text/event-stream")) await follow(response, output);
};

const send = async (path, method, operation, form, output) => {
  let url = path;
  const query = new URLSearchParams();
  for (const parameter of operation.parameters || []) {
    const value = form.elements[parameter.name].value;
    if (parameter.in === "path") url = url.replace(`{${parameter.name}}`, encodeURIComponent(value));
    else if (value !== "") query.append(parameter.name, value);
  }
  const options = { method: method.toUpperCase(), headers: {} };
  if (token) options.headers.Authorization = `Bearer ${token}`;
  if (form.elements.body) {
    options.headers["Content-Type"] = "application/json";
    options.body = form.elements.body.value;
  }
  const started = performance.now();
  output.textContent = "…";
  try {
    await show(await fetch(query.size ? `${url}?${query}` : url, options), output, started);
  } catch (error) {
    output.textContent = String(error);
  }
};

const operationNode = (path, method, operation) => {
  const output = make("pre", { textContent: "" });
  const form = make("form");
  for (const parameter of operation.parameters || []) {
    const row = make("label", { className: "row" }, parameter.name, make("input", { name: parameter.name, required: parameter.required }));
    const schema = resolve(parameter.schema) || {};
    if (schema.description) row.append(make("small", { textContent: schema.description }));
    form.append(row);
  }
  const body = operation.requestBody?.content?.["application/json"]?.schema;
  if (body) form.append(make("textarea", { name: "body", value: JSON.stringify(exampleOf(body), null, 2) }));
  form.append(make("button", { type: "submit", textContent: "Try it" }));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(path, method, operation, form, output);
  });
  const summary = make("summary", {},
    make("span", { className: `method ${method}`, textContent: method.toUpperCase() }),
    make("code", { textContent: path }),
    make("span", { className: "doc", textContent: operation.summary || "" }),
    make("span", { className: "lock", textContent: operation.security?.length === 0 ? "open" : "" }));
  const content = make("div", { className: "body" });
  if (operation.description) content.append(make("p", { textContent: operation.description }));
  content.append(form, output);
  return make("details", { id: operation.operationId || "" }, summary, content);
};

const load = async () => {
  api = await (await fetch("/openapi.json")).json();
  document.getElementById("version").textContent = api.info.version;
  const groups = new Map();
  for (const [path, methods] of Object.entries(api.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const tag = operation.tags[0];
      if (!groups.has(tag)) groups.set(tag, []);
      groups.get(tag).push(operationNode(path, method, operation));
    }
  }
  const main = document.getElementById("operations");
  main.replaceChildren();
  for (const [tag, nodes] of groups) main.append(make("h2", { textContent: tag }), ...nodes);
};

document.getElementById("authorize").addEventListener("submit", async (event) => {
  event.preventDefault();
  const who = document.getElementById("who");
  const form = new URLSearchParams({ grant_type: "password", username: event.target.username.value, password: event.target.password.value });
  const url = api.components.securitySchemes.password.flows.password.tokenUrl;
  const response = await fetch(url, { method: "POST", body: form });
  const answer = await response.json();
  token = response.ok ? answer.access_token : null;
  who.textContent = response.ok ? "signed in" : answer.detail;
});

load().catch((error) => { document.getElementById("operations").textContent = String(error); });
