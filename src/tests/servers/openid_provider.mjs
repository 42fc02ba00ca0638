// An OpenID provider for tests: openid_provider.mjs PORT PACKAGES. Whoever signs in is who they say they are, with an address that is
// verified. One client for each algorithm, named after it; the secret of each is "secret of" and its name.
import { pathToFileURL } from "node:url";

const [port, packages, ...more] = process.argv.slice(2); // more: addresses to send the browser back to
const { default: Provider } = await import(pathToFileURL(packages + "/node_modules/oidc-provider/lib/index.js"));
const { generateKeyPair, exportJWK } = await import(pathToFileURL(packages + "/node_modules/jose/dist/node/esm/index.js"));

const algorithms = ["RS256", "PS256", "ES256", "ES384", "EdDSA"];
const keys = [];
for (const alg of algorithms) {
    const { privateKey } = await generateKeyPair(alg, { crv: alg === "EdDSA" ? "Ed25519" : undefined, extractable: true });
    keys.push({ ...(await exportJWK(privateKey)), alg, use: "sig", kid: "key-" + alg });
}
const client = (alg, method) => ({
    client_id: alg + "-" + method, client_secret: `secret of ${alg}`, redirect_uris: ["https://gantry.example/back", "https://gantry.example/api/v1/auth/callback", ...more], grant_types: ["authorization_code"],
    response_types: ["code"], id_token_signed_response_alg: alg, token_endpoint_auth_method: "client_secret_" + method,
    post_logout_redirect_uris: ["https://gantry.example/signin", "https://app.example/bye"],
});
const provider = new Provider(`http://127.0.0.1:${port}`, {
    clients: algorithms.map((alg) => client(alg, "basic")),
    jwks: { keys },
    enabledJWA: { idTokenSigningAlgValues: algorithms },
    claims: { openid: ["sub", "groups"], email: ["email", "email_verified"], profile: ["name"] },
    conformIdTokenClaims: false,
    pkce: { methods: ["S256"], required: () => true },
    features: { devInteractions: { enabled: true } },
    cookies: { keys: ["only for tests"] },
    findAccount: (_, sub) => ({
        accountId: sub,
        claims: () => ({ sub, email: `${sub}@clinic.example`, email_verified: !sub.startsWith("unverified"), name: `Name of ${sub}`,
            groups: sub.startsWith("chief") ? ["chiefs"] : ["readers", "staff"] }),
    }),
});
provider.listen(Number(port), "127.0.0.1");
