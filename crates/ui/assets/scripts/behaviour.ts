// Binds behaviour to markup: elements that match a selector, whenever they enter the page, until they leave it.

type Attach = (element: HTMLElement, signal: AbortSignal) => void;

const behaviours: { selector: string; attach: Attach }[] = [];
const bound = new Map<Element, Map<string, AbortController>>();

/** Runs `attach` on every present and future element that matches; `signal` aborts when the element leaves the page. */
export function behaviour(selector: string, attach: Attach): void {
  behaviours.push({ selector, attach });
}

/** Begins; call once, after all behaviours are known. */
export function start(): void {
  enter(document.documentElement);
  new MutationObserver((changes) => {
    for (const change of changes) {
      for (const node of change.removedNodes) if (node instanceof Element && !node.isConnected) leave(node);
      for (const node of change.addedNodes) if (node instanceof Element && node.isConnected) enter(node);
    }
  }).observe(document.documentElement, { childList: true, subtree: true });
}

function enter(root: Element): void {
  for (const { selector, attach } of behaviours) {
    const found = [...root.querySelectorAll<HTMLElement>(selector)];
    if (root instanceof HTMLElement && root.matches(selector)) found.unshift(root);
    for (const element of found) {
      const controllers = bound.get(element) ?? new Map<string, AbortController>();
      if (controllers.has(selector)) continue;
      const controller = new AbortController();
      controllers.set(selector, controller);
      bound.set(element, controllers);
      attach(element, controller.signal);
    }
  }
}

function leave(root: Element): void {
  for (const element of [root, ...root.querySelectorAll("*")]) {
    const controllers = bound.get(element);
    if (!controllers) continue;
    for (const controller of controllers.values()) controller.abort();
    bound.delete(element);
  }
}
