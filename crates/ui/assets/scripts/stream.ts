// The stream of changes: one tab of the browser holds the connection and tells the others.
import { icon, make } from "./dom";
import { word } from "./words";

/** What the server says about one change. */
export interface Change { kind: string; number: string; id: string; revision: number; actor: string }
/** A change; somebody who came to a record or left it; something in the inbox; or `resync`: changes may have been missed. */
export type News = { change: Change } | { presence: string } | { inbox: true } | { resync: true };

type Word = News | { online: boolean };

/** Calls `hear` for every change, in whichever tab the connection is. */
export function listen(address: string, hear: (news: News) => void): void {
  const channel = new BroadcastChannel("steward-live");
  const take = (word: Word) => { if ("online" in word) notice(word.online); else hear(word); };
  channel.addEventListener("message", (event: MessageEvent<Word>) => take(event.data));
  const tell = (word: Word) => { channel.postMessage(word); take(word); };
  // The lock is held as long as the page lives; the next tab in line takes over by itself. Web Locks want a secure
  // context: without them every tab connects on its own.
  if (navigator.locks) void navigator.locks.request("steward-live", () => hold(address, tell));
  else void hold(address, take);
}

function hold(address: string, tell: (word: Word) => void): Promise<never> {
  let wait = 1000;
  let wasLost = false;
  const connect = () => {
    const stream = new EventSource(address);
    stream.addEventListener("open", () => {
      wait = 1000;
      tell({ online: true });
      if (wasLost) tell({ resync: true });
      wasLost = false;
    });
    const receive = (event: MessageEvent<string>) => {
      try { tell({ change: JSON.parse(event.data) as Change }); } catch { /* Not ours: a newer server may say more. */ }
    };
    stream.addEventListener("message", receive);
    stream.addEventListener("change", receive);
    stream.addEventListener("presence", (event: MessageEvent<string>) => tell({ presence: event.data }));
    stream.addEventListener("inbox", () => tell({ inbox: true }));
    stream.addEventListener("error", () => {
      stream.close();
      wasLost = true;
      tell({ online: false });
      // A little chance, so that a thousand pages do not come back in the same moment.
      setTimeout(connect, wait * (0.75 + Math.random() / 2));
      wait = Math.min(wait * 2, 60_000);
    });
  };
  connect();
  return new Promise(() => { /* never settled: the lock goes with the page */ });
}

let shown: HTMLElement | null = null;
let timer = 0;

/** Says quietly that the page no longer follows changes; not for a moment's loss. */
function notice(online: boolean): void {
  clearTimeout(timer);
  if (online) { shown?.remove(); shown = null; }
  else if (!shown) {
    timer = window.setTimeout(() => {
      shown = make("div", { class: "offline", role: "status" }, icon("wifi-off"), word("not-connected"));
      document.body.append(shown);
    }, 5000);
  }
}
