// The portal can be installed: its pages register the worker that says so when there is no connection.
const ADDRESS = "/service-worker.js";

interface Policy { createScriptURL(text: string): string }
interface TrustedTypes { createPolicy(name: string, rules: Policy): Policy }

if (document.querySelector(".portal") && "serviceWorker" in navigator) {
  // A policy of its own that names one address and no other.
  const rules: Policy = { createScriptURL: () => ADDRESS };
  const trustedTypes = (window as { trustedTypes?: TrustedTypes }).trustedTypes;
  const policy = trustedTypes ? trustedTypes.createPolicy("steward-worker", rules) : rules;
  // Without it everything works but the notice.
  navigator.serviceWorker.register(policy.createScriptURL(ADDRESS), { scope: "/portal" }).catch(() => undefined);
}
