/* The residents' chat: shows messages, choices and states, and hands what is typed or tapped to wire.js.
 *
 * ECMAScript 2017 and the browser functions of Chrome 70; no library, no inline style, no HTML made from text.
 * Every sentence comes from <body data-*>.
 */
import { connect, send } from "./wire.js";

const byId = (id) => document.getElementById(id);
const phrases = document.body.dataset;
const log = byId("log");
const box = byId("box");
const newer = byId("newer");
const bubbles = new Map(); // id of an own message -> its element

let newest = null; // the element of the bot's newest message
let isOpen = false; // the history has been shown
let isUp = true;

/** Shows a line above the text box; with `seconds` it goes by itself. */
function tell(text, seconds) {
  const status = byId("status");
  atEnd(() => (status.textContent = text));
  if (seconds) setTimeout(() => status.textContent === text && tell(""), seconds * 1000);
}

/** Tells once that the connection is lost, and once that it is back. */
function showConnection(nowUp) {
  if (nowUp !== isUp) tell(nowUp ? phrases.online : phrases.offline, nowUp ? 4 : 0);
  isUp = nowUp;
}

/** Shows an own message and what has become of it; a refused one stays in sight with the reason. */
function showState(item, state, reason) {
  if (item.start) return;
  if (!bubbles.has(item.id)) addPending(item);
  const node = bubbles.get(item.id);
  node.classList.toggle("refused", state === "refused");
  const words = { sending: phrases.sending, waiting: phrases.waiting, sent: "", refused: reason || phrases.refused };
  atEnd(() => (node.querySelector(".state").textContent = words[state]));
  if (state === "refused") settleRefused(node);
}

/** Gives a refused message its lasting place, and its question another chance. */
function settleRefused(node) {
  const before = node.previousElementSibling;
  node.order = (before && before.order) || 0.5;
  if (newest) setPressable(newest, true);
}

/** Shows an own message before the server has it. */
function addPending(item) {
  const node = log.appendChild(bubble(true, item.text));
  bubbles.set(item.id, node);
  reveal(node);
}

/** Shows new messages in order, then brings them into view and keeps a keyboard user's place. */
function showMessages(messages) {
  const wasNearEnd = isNearEnd();
  const wasOnChoice = document.activeElement && document.activeElement.closest("#log .choices");
  const fromBot = messages.map(show).filter((node) => node.classList.contains("bot"));
  if (fromBot.length) {
    renewChoices();
    if (!isOpen) reveal(newest);
    else if (wasNearEnd) reveal(fromBot[0]);
    else newer.hidden = false;
    if (wasOnChoice) focusNext();
  }
  if (!isOpen) open();
}

/** The history is read: from now on messages are news and are read out. */
function open() {
  const noMemory = byId("no-memory");
  isOpen = true;
  tell(noMemory.hidden ? "" : noMemory.textContent, 15);
  setTimeout(() => log.setAttribute("aria-live", "polite"), 500);
}

/** Shows one message of the server in its place; an own one takes over the bubble it already has. */
function show(message) {
  const isMine = message.from === "me";
  const node = (isMine && bubbles.get(message.id)) || bubble(isMine, message.text);
  if (isMine && message.id) bubbles.set(message.id, node);
  if (isMine) node.querySelector(".state").textContent = "";
  else furnish(node, message);
  node.order = message.order;
  place(node);
  writeDay(node, new Date(message.at));
  return node;
}

/** An element with properties and a text. */
function make(tag, properties, text) {
  const node = Object.assign(document.createElement(tag), properties);
  if (text) node.textContent = text;
  return node;
}

/** A message without choices and attachments. */
function bubble(isMine, text) {
  const node = make("div", { className: isMine ? "message me" : "message bot" });
  const inner = node.appendChild(make("div", { className: "bubble" }));
  inner.appendChild(make("span", { className: "unseen" }, (isMine ? phrases.meSays : phrases.botSays) + " "));
  inner.appendChild(make("div", { className: "text" }, text));
  if (isMine) node.appendChild(make("p", { className: "state" }));
  return node;
}

/** Puts a message behind those before it and in front of those after it; unsent ones stay last. */
function place(node) {
  let before = log.lastElementChild;
  while (before && (before === node || !before.order || before.order > node.order)) {
    before = before.previousElementSibling;
  }
  const next = before ? before.nextElementSibling : log.firstElementChild;
  if (next !== node) log.insertBefore(node, next);
}

/** Writes the day above the first message of a day. */
function writeDay(node, date) {
  node.day = date.toDateString();
  const before = node.previousElementSibling;
  if (before && before.day === node.day) return;
  const words = date.toLocaleDateString("vi-VN", { weekday: "long", day: "numeric", month: "numeric" });
  node.insertBefore(make("p", { className: "day" }, words), node.firstChild);
}

/** Adds picture, sound, file and choices to a message of the bot. */
function furnish(node, message) {
  const inner = node.querySelector(".bubble");
  if (message.image) inner.appendChild(picture(message.image));
  if (message.audio) inner.appendChild(sound(message.audio));
  if (message.file) inner.appendChild(download(message.file));
  if (message.choices && message.choices.length) inner.appendChild(choiceList(message));
  node.question = message.question || null;
  node.placeholder = message.placeholder || phrases.boxHint;
}

/** A picture; once loaded it must not push the choices out of sight. */
function picture(image) {
  const node = make("img", { alt: image.alt || "", src: image.src });
  node.addEventListener("load", () => newest && newest.contains(node) && isNearEnd() && reveal(newest));
  return node;
}

/** A sound under its name; nothing is loaded before it is asked for. */
function sound(src) {
  const node = make("figure");
  node.appendChild(make("figcaption", {}, phrases.listen));
  const player = node.appendChild(make("audio", { controls: true, preload: "none", src }));
  player.setAttribute("aria-label", phrases.listen);
  return node;
}

/** A button that saves a text the bot has written. */
function download(file) {
  const node = make("button", { type: "button", className: "wide" }, phrases.download + " " + file.name);
  node.addEventListener("click", () => {
    const href = URL.createObjectURL(new Blob([file.text], { type: file.mime }));
    const link = document.body.appendChild(make("a", { href, download: file.name }));
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(href), 60000);
  });
  return node;
}

/** The choices of a message as buttons; with `several` they are marked first and sent by one more button. */
function choiceList(message) {
  const list = make("ul", { className: "choices" });
  const add = (button, act) => {
    onPress(button, () => act(button));
    list.appendChild(make("li")).appendChild(button);
  };
  message.choices.forEach((choice) => {
    const answer = (button) => sendChoice(button, { tap: choice.tap, text: choice.label });
    add(choiceButton(choice, message.several), message.several ? toggle : answer);
  });
  if (message.several) add(make("button", { type: "button", className: "wide finish" }, phrases.done), sendMarked);
  return list;
}

/** One choice: its number, its words, and a box to tick when several may be chosen. */
function choiceButton(choice, isToggle) {
  const button = make("button", { type: "button" });
  button.number = choice.number;
  if (choice.number) button.appendChild(make("span", { className: "number" }, choice.number));
  button.appendChild(document.createTextNode(" "));
  button.appendChild(make("span", { className: "label" }, choice.label));
  if (isToggle) button.appendChild(make("span", { className: "tick" })).setAttribute("aria-hidden", "true");
  if (isToggle) button.setAttribute("aria-pressed", "false");
  return button;
}

/** A press counts once: not the second half of a double tap, not a key held down, not after the answer is given. */
function onPress(button, act) {
  button.addEventListener("keydown", (event) => event.repeat && event.preventDefault());
  button.addEventListener("click", (event) => {
    if (event.detail < 2 && button.getAttribute("aria-disabled") !== "true") act();
  });
}

/** Marks a choice, or takes the mark away. */
function toggle(button) {
  button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
}

/** Sends the numbers of the marked choices as if they had been typed. */
function sendMarked(button) {
  const marked = Array.from(button.closest(".choices").querySelectorAll('[aria-pressed="true"]'));
  if (marked.length) sendChoice(button, { text: marked.map((one) => one.number).join(", ") });
  else tell(phrases.pickSome, 8);
}

/** Sends an answer and takes no second one until the bot has replied. */
function sendChoice(button, answer) {
  setPressable(button.closest(".message"), false);
  say(answer);
}

/** Sends an own message, with the question it may be an answer to. */
function say(content) {
  send(Object.assign({ seen: newest && newest.question }, content));
}

/** Lets the buttons of a message be pressed, or not while an answer is on its way. */
function setPressable(node, isOn) {
  node.querySelectorAll(".choices button").forEach((one) => one.setAttribute("aria-disabled", String(!isOn)));
}

/** Lets the bot's newest message alone be answered; older buttons stay as text (removing them would be read out). */
function renewChoices() {
  const all = log.querySelectorAll(".bot");
  newest = all[all.length - 1];
  box.placeholder = newest.placeholder;
  log.querySelectorAll(".choices button:enabled").forEach((button) => {
    if (newest.contains(button)) return;
    button.disabled = true;
    button.removeAttribute("aria-disabled");
  });
}

/** How much of the page lies below the window, in pixels. */
function below() {
  return document.documentElement.scrollHeight - window.pageYOffset - window.innerHeight;
}

/** Whether that is less than one window. */
function isNearEnd() {
  return below() < window.innerHeight;
}

/** Changes something; who saw the end of the page still sees it. */
function atEnd(change) {
  const stays = below() < 8;
  change();
  if (stays) window.scrollBy(0, below());
}

/** Scrolls to the end, but never past the first line of `node`. */
function reveal(node) {
  const head = byId("head");
  const covered = getComputedStyle(head).position === "sticky" ? head.offsetHeight : 0;
  const distance = node.getBoundingClientRect().top - covered - 8;
  newer.hidden = true;
  window.scrollBy(0, Math.min(distance, below()));
}

/** After an answer by button: on to the first new button, or to the text box where that opens no keyboard. */
function focusNext() {
  const first = newest.querySelector(".choices button");
  if (first) first.focus({ preventScroll: true });
  else if (!window.matchMedia("(pointer: coarse)").matches) box.focus({ preventScroll: true });
}

/** Sends what stands in the text box. */
function sendTyped(event) {
  event.preventDefault();
  const text = box.value.trim();
  if (text) say({ text });
  box.value = "";
  fitBox();
  box.focus();
}

/** Enter sends, Shift+Enter starts a line; an Enter that ends a Vietnamese composition does neither. */
function onBoxKey(event) {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229) sendTyped(event);
}

/** Lets the text box grow with its text, as far as the style sheet allows. */
function fitBox() {
  box.style.height = "auto";
  box.style.height = box.scrollHeight + box.offsetHeight - box.clientHeight + "px";
}

/** Listens to the place to write, the quick words and the window. */
function listen() {
  byId("composer").addEventListener("submit", sendTyped);
  box.addEventListener("keydown", onBoxKey);
  box.addEventListener("input", fitBox);
  newer.addEventListener("click", () => reveal(newest));
  const words = byId("quick").querySelectorAll("button");
  words.forEach((button) => onPress(button, () => say({ text: button.textContent })));
  window.addEventListener("scroll", () => isNearEnd() && (newer.hidden = true), { passive: true });
}

history.scrollRestoration = "manual"; // the page scrolls to the newest message itself
byId("own-page").hidden = window.top === window.self;
log.setAttribute("aria-live", "off"); // the kept history is not news
tell(phrases.opening);
listen();
byId("no-memory").hidden = connect({
  messages: showMessages,
  state: showState,
  connection: showConnection,
  busy: (sentence) => tell(sentence, 15),
});
