/* The road between the page and the server; it knows nothing of how messages look.
 *
 * Two loops live as long as the page: `pollForever` (one GET at a time) and `sendQueue` (one POST at a time, in order,
 * the same id at every retry, so that the server counts a message once). What is not sent yet is kept in localStorage.
 * ECMAScript 2017 and the browser functions of Chrome 70.
 */

const API = "api/messages";
const POLL_TIMEOUT_SECONDS = 40; // the server answers a long poll after 25
const SEND_TIMEOUT_SECONDS = 20;
const HIDDEN_PAUSE_SECONDS = 30;
const OVERLAP = 20; // messages asked for once more after a lost connection, to close any gap

const memory = new Map(); // stands in for localStorage where there is none
const known = new Set(); // "n|at" of every message received
const numbers = []; // their n, as they came
const sleepers = new Set(); // the wake-up call of everything that pauses

let page = null; // what the page wants to be told, see `connect`
let visitor = null;
let isRemembered = true; // the visitor's key outlives the page
let queue = []; // own messages the server has not decided about, oldest first
let isSending = false;
let hasStarted = false; // the greeting has been asked for, or is not needed
let poll = null; // the open GET
let after = 0; // the server's cursor
let base = 0; // added to n once the server has started to count anew
let highest = 0; // the greatest base + n

/**
 * Starts both loops; `told` is an object of functions:
 * messages(list, isHistory), each with its `order`; state(item, "sending"|"waiting"|"sent"|"refused", reason);
 * connection(isUp); busy(sentence of the server). Answers whether the browser will remember this visitor.
 */
export function connect(told) {
  page = told;
  queue = keptQueue();
  queue.forEach((item) => page.state(item, "sending"));
  const isNew = knowVisitor();
  if ((isNew && !queue.length) || invite()) start();
  window.addEventListener("online", () => wake(true));
  window.addEventListener("offline", () => page.connection(false));
  window.addEventListener("pageshow", () => wake());
  document.addEventListener("visibilitychange", () => document.hidden || wake());
  sendQueue();
  pollForever();
  return isRemembered;
}

/** Puts {text}, {tap, text} or {start} with its {seen} at the end of the queue. */
export function send(content) {
  const item = Object.assign({ id: randomKey(16) }, content);
  queue.push(item);
  keep("queue", JSON.stringify(keptQueue().concat(item)));
  page.state(item, "sending");
  sendQueue();
}

/**
 * Asks for the greeting, once; “?tdp=…” in the address names the TDP whose poster was scanned, “?moi=…” carries an
 * invite: it is taken out of the address, so that neither the history nor a copied address hands it on.
 */
function start() {
  hasStarted = true;
  const content = { start: true, tdp: new URLSearchParams(location.search).get("tdp"), seen: null };
  if (invite()) content.moi = invite();
  send(content);
  if (content.moi) history.replaceState(null, "", location.pathname);
}

/** The invite that the page's own address carries, if any. */
function invite() {
  return new URLSearchParams(location.search).get("moi");
}

/** Two wards may live below one address: each keeps its own keys. */
function keyOf(name) {
  return "hocso:" + location.pathname.replace(/[^/]*$/, "") + ":" + name;
}

/** Reads from localStorage, or from memory where that is forbidden. */
function recall(name) {
  try {
    return localStorage.getItem(keyOf(name)) || memory.get(name);
  } catch (error) {
    return memory.get(name);
  }
}

/** Writes to localStorage; false when a reload would not find it (storage forbidden or full). */
function keep(name, value) {
  memory.set(name, value);
  try {
    localStorage.setItem(keyOf(name), value);
    return true;
  } catch (error) {
    return false;
  }
}

/** Random bytes as base64url: 32 bytes make the 43 characters of a visitor's key. */
function randomKey(bytes) {
  const raw = crypto.getRandomValues(new Uint8Array(bytes));
  return btoa(String.fromCharCode(...raw)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
}

/** Finds the visitor's key, or makes it at the first visit; says whether it is new. */
function knowVisitor() {
  const isKnown = /^[A-Za-z0-9_-]{43}$/.test(recall("visitor") || "");
  if (!isKnown) isRemembered = keep("visitor", randomKey(32));
  visitor = recall("visitor");
  return !isKnown;
}

/** The undecided messages of all tabs of this visitor. */
function keptQueue() {
  try {
    return JSON.parse(recall("queue") || "[]").filter((item) => typeof item.id === "string");
  } catch (error) {
    return [];
  }
}

/** Forgets a message the server has decided about. */
function dequeue(id) {
  queue = queue.filter((item) => item.id !== id);
  const kept = keptQueue();
  const left = kept.filter((item) => item.id !== id);
  if (left.length < kept.length) keep("queue", JSON.stringify(left));
}

/** Waits, but no longer than until somebody calls `wake`. */
function pause(seconds) {
  return new Promise((resolve) => {
    sleepers.add(resolve);
    setTimeout(resolve, seconds * 1000);
  });
}

/** Ends every pause, and a poll that a sleeping phone or another network has left hanging. */
function wake(isNetworkNew) {
  sleepers.forEach((resolve) => resolve());
  sleepers.clear();
  const isStale = poll && Date.now() - poll.since > POLL_TIMEOUT_SECONDS * 1000;
  if (poll && (isNetworkNew || isStale)) {
    poll.isCut = true;
    poll.control.abort();
  }
}

/** 1, 2, 4, 8 … at most 30 seconds, a little spread so that a ward does not knock all at once. */
function backoff(failures) {
  return Math.min(30, Math.pow(2, failures - 1)) * (1 - Math.random() / 5);
}

/** One request; answers {status, body, wait}, status 0 when nothing readable came back. */
async function request(url, options, seconds, control) {
  const headers = { "X-Hocso-Visitor": visitor, "Content-Type": "application/json" };
  const timer = setTimeout(() => control.abort(), seconds * 1000);
  try {
    const response = await fetch(url, Object.assign({ headers, cache: "no-store", signal: control.signal }, options));
    const body = await response.json().catch(() => null);
    const wait = Number(response.headers.get("Retry-After")) || 0;
    return { status: response.ok && !body ? 0 : response.status, body: body || {}, wait };
  } catch (error) {
    return { status: 0, body: {}, wait: 0 };
  } finally {
    clearTimeout(timer);
  }
}

/** Sends the queue in order, each message until the server has decided about it. */
async function sendQueue() {
  if (isSending) return;
  isSending = true;
  for (let failures = 0; queue.length; ) {
    const item = queue[0];
    const options = { method: "POST", body: JSON.stringify(item) };
    const reply = await request(API, options, SEND_TIMEOUT_SECONDS, new AbortController());
    failures = isDecided(reply.status) ? 0 : failures + 1;
    if (failures) {
      page.state(item, "waiting");
      if (reply.body.error) page.busy(reply.body.error);
      await pause(reply.wait || backoff(failures));
    } else {
      dequeue(item.id);
      page.state(item, reply.status < 300 ? "sent" : "refused", reply.body.error);
      wake();
    }
  }
  isSending = false;
}

/** Accepted, or refused for what it is; everything else is worth another try. */
function isDecided(code) {
  return (code >= 200 && code < 300) || (code >= 400 && code < 500 && ![408, 425, 429].includes(code));
}

/** The only loop that reads: asks, tells the page, asks again, for as long as the page lives. */
async function pollForever() {
  let failures = 0;
  let idle = 0; // answers in a row that came at once and brought nothing
  for (;;) {
    const mine = { control: new AbortController(), since: Date.now(), asked: after, isCut: false };
    poll = mine;
    const reply = await request(API + "?after=" + mine.asked, {}, POLL_TIMEOUT_SECONDS, mine.control);
    poll = null;
    if (reply.status === 200) {
      const isNews = receive(reply.body, mine.asked);
      idle = isNews || Date.now() - mine.since > 1000 ? 0 : idle + 1;
      if (failures) wake(); // what waits to be sent need not wait longer
      failures = 0;
      page.connection(true);
      if (idle) await pause(Math.min(5, 0.1 * Math.pow(2, idle)));
    } else if (!mine.isCut) {
      failures += 1;
      if (reply.body.error) page.busy(reply.body.error);
      else page.connection(false);
      after = numbers.slice(-OVERLAP)[0] || 0;
      await pause(reply.wait || backoff(failures));
    }
    if (document.hidden) await pause(HIDDEN_PAUSE_SECONDS);
  }
}

/** Hands on what is new in an answer, in the order of n; says whether anything was. */
function receive(body, asked) {
  const fresh = body.messages.filter((message) => !known.has(message.n + "|" + message.at));
  if (body.last < asked) {
    after = 0; // the kept history is gone or another one: read it again, leave what is in sight
    base = highest;
  } else {
    after = body.last;
    fresh.sort((one, other) => one.n - other.n).forEach(note);
    page.messages(fresh);
  }
  if (!hasStarted && !numbers.length && !queue.length) start();
  hasStarted = true;
  return fresh.length > 0;
}

/** Remembers a message as received and gives it its place. */
function note(message) {
  known.add(message.n + "|" + message.at);
  numbers.push(message.n);
  message.order = base + message.n;
  highest = Math.max(highest, message.order);
  if (message.from === "me" && message.id) dequeue(message.id);
}
