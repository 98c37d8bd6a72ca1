// The stream of changes: one tab of the browser holds the connection and tells the others.
import { icon, make } from "./dom";
import { word } from "./words";

/** What the server says about one change. */
export interface Change { kind: string; number: string; id: string; revision: number; actor: string }
/** A change; somebody who came to a record or left it; something in the inbox; or `resync`: changes may have been missed. */
export type News = { change: Change } | { presence: string } | { inbox: true } | { resync: true };

/** News with the place in the journal that they stand at. */
interface Told { news: News; at?: string }
/** What tabs tell each other: news, for all or for the one that asked what was told a moment ago; whether the server is there. */
type Word = (Told & { for?: string }) | { online: boolean } | { asks: string };

/** What was told so many milliseconds ago may have come while a tab that asks was still loading. */
const MOMENT = 30_000;
/** Name of the lock and of what tabs talk on: another one whenever their words change, so that tabs from before do not mix in. */
const NAME = "steward-live-2";
/** As many of it are kept. */
const KEPT_MAX = 200;

/** Calls `hear` for every change since the place that `address` names, in whichever tab the connection is. */
export function listen(address: string, hear: (news: News) => void): void {
  const channel = new BroadcastChannel(NAME);
  const [path = "", query] = address.split("?");
  let reached = new URLSearchParams(query).get("after");
  const take = (word: Word) => {
    if ("online" in word) return notice(word.online);
    if (!("news" in word)) return;
    if (word.at) reached = word.at;
    hear(word.news);
  };
  const name = `${Date.now()}-${Math.random()}`;
  channel.addEventListener("message", (event: MessageEvent<Word>) => {
    if (!("for" in event.data) || event.data.for === name) take(event.data);
  });
  const next = () => (reached ? `${path}?after=${encodeURIComponent(reached)}` : path);
  // Web Locks want a secure context: without them every tab connects on its own.
  if (!navigator.locks) return hold(next, take);
  channel.postMessage({ asks: name });
  // The lock is held as long as the page lives; the next tab in line takes over by itself, from the place it knows of.
  void navigator.locks.request(NAME, () => {
    const kept: (Told & { since: number })[] = [];
    channel.addEventListener("message", (event: MessageEvent<Word>) => {
      if (!("asks" in event.data)) return;
      const since = Date.now() - MOMENT;
      for (const { news, at } of kept.filter((told) => told.since > since)) channel.postMessage({ news, at, for: event.data.asks });
    });
    hold(next, (word) => {
      channel.postMessage(word);
      if ("news" in word && "change" in word.news && kept.push({ ...word, since: Date.now() }) > KEPT_MAX) kept.shift();
      take(word);
    });
    return new Promise(() => { /* never settled: the lock goes with the page */ });
  });
}

/** Stays connected; `next` says to where. */
function hold(next: () => string, tell: (word: Told | { online: boolean }) => void): void {
  let wait = 1000;
  let wasLost = false;
  const connect = () => {
    const stream = new EventSource(next());
    stream.addEventListener("open", () => {
      wait = 1000;
      tell({ online: true });
      // Changes are told from the place that was reached; what goes by without a place has to be asked for.
      if (wasLost) tell({ news: { inbox: true } });
      wasLost = false;
    });
    const receive = (event: MessageEvent<string>) => {
      try { tell({ news: { change: JSON.parse(event.data) as Change }, at: event.lastEventId }); } catch { /* Not ours: a newer server may say more. */ }
    };
    stream.addEventListener("message", receive);
    stream.addEventListener("change", receive);
    stream.addEventListener("resync", (event: MessageEvent<string>) => tell({ news: { resync: true }, at: event.lastEventId }));
    stream.addEventListener("presence", (event: MessageEvent<string>) => tell({ news: { presence: event.data } }));
    stream.addEventListener("inbox", () => tell({ news: { inbox: true } }));
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
