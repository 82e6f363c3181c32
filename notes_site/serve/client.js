// The preview's part of a page: reloads it when what it shows has changed, swaps a changed stylesheet, shows problems.
(() => {
  "use strict";
  const own = document.currentScript;
  const { key, token } = own.dataset;
  let { style: shown } = own.dataset; // the digest of the stylesheet
  const channel = new URL(`reload?token=${encodeURIComponent(token)}`, own.src);
  channel.protocol = channel.protocol.replace("http", "ws");
  own.remove(); // scripts and styles of the page find what is published, nothing more

  // What a tab remembers over a reload. Where that is forbidden it never reloads for being refused, or it would for ever.
  let memory = { previewRefused: "yes" };
  try { memory = sessionStorage; } catch { /* forbidden */ }

  // --- problems

  const frame = new CSSStyleSheet(); // a page's Content-Security-Policy does not forbid this one
  frame.replaceSync(`
    :host { all: initial; position: fixed; z-index: 2147483647; color-scheme: light dark; --sans: system-ui, sans-serif;
      --ground: light-dark(#fff, #1d2026); --text: light-dark(#1f2328, #dfe2e7); --line: light-dark(#c9ced6, #464d58); }
    :host, .warning { --tone: light-dark(#8a5a00, #e5b567); }
    :host(.errors), .error { --tone: light-dark(#b3261e, #ff8f86); }
    dialog { box-sizing: border-box; width: min(56rem, 100vw - 1.5rem); max-width: none; max-height: min(85vh, 48rem); padding: 0;
      overflow: auto; overscroll-behavior: contain; border: 1px solid var(--line); border-top: 4px solid var(--tone); border-radius: 8px;
      box-shadow: 0 8px 40px rgb(0 0 0 / 35%); background: var(--ground); color: var(--text); font: 15px/1.5 var(--sans); }
    dialog::backdrop { background: rgb(0 0 0 / 45%); }
    header { position: sticky; top: 0; z-index: 1; display: flex; gap: 1rem; align-items: center; justify-content: space-between; background: inherit; }
    header, section { padding: .75rem 1.25rem; }
    h2 { margin: 0; color: var(--tone); font: 600 17px/1.4 var(--sans); }
    .lead { margin: 0; padding: 0 1.25rem .75rem; }
    section { border-top: 1px solid var(--line); font: 13.5px/1.55 ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
    section p { margin: 0; padding-inline-start: 2ch; text-indent: -2ch; white-space: pre-wrap; overflow-wrap: anywhere; }
    pre { position: relative; margin: .4rem 0; padding: .4rem .5rem; overflow-x: auto; border-radius: 4px; background: light-dark(#f3f4f5, #14161a); font: inherit; }
    pre b { color: var(--tone); }
    button { min-height: 2.25rem; padding: 0 .9rem; border: 1px solid light-dark(#81878f, #7b8490); border-radius: 6px;
      background: light-dark(#fff, #2a2f37); color: inherit; font: 14px/1 var(--sans); cursor: pointer; }
    button:hover { border-color: currentcolor; }
    button:focus-visible { outline: 3px solid light-dark(#1a56b0, #8ab8ff); outline-offset: 2px; }
    .badge { position: fixed; right: 1rem; bottom: 1rem; border-color: var(--tone); border-radius: 99px; background: var(--ground); color: var(--tone); }
    @media print { :host { display: none; } }
  `);
  const make = (tag, more, ...inside) => {
    const node = Object.assign(document.createElement(tag), more);
    node.append(...inside);
    return node;
  };
  const host = make("notes-site-preview");
  const title = make("h2", { id: "title" });
  const lead = make("p", { className: "lead" });
  const list = make("div");
  const close = make("button", { type: "button", onclick: () => dialog.close() }, "Close");
  const dialog = make("dialog", { closedBy: "any" }, make("header", {}, title, close), lead, list);
  const badge = make("button", { type: "button", className: "badge", ariaHasPopup: "dialog", onclick: () => open(true) });
  let asked = false; // the list was opened by hand
  let errorsShown = "";
  dialog.setAttribute("aria-labelledby", "title");
  dialog.onclose = () => { memory.previewClosed = errorsShown; };
  const root = host.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = [frame];
  root.append(make("output", {}, badge), dialog);

  function open(byHand) {
    asked = byHand;
    if (!dialog.open) dialog.showModal();
    for (const mark of list.querySelectorAll("b")) mark.parentNode.scrollLeft = mark.offsetLeft - mark.parentNode.clientWidth / 2;
  }

  // A problem as the terminal shows it; only its source line and the mark below do not wrap.
  function entry(problem) {
    const [, head, severity, source, gap, mark, help] =
      /^(.*?: (error|warning): .*)(?:\n( *\d+ \| .*)(?:\n( +\| *)(\^+))?)?(?:\n +(help: .*))?$/.exec(problem) ?? [, problem];
    const lines = mark ? [source, "\n", gap, make("b", {}, mark)] : [source];
    return make("section", { className: severity ?? "" },
      make("p", {}, head), ...(source ? [make("pre", {}, ...lines)] : []), ...(help ? [make("p", {}, help)] : []));
  }

  function show({ errors, warnings, problems }) {
    const count = (number, word) => (number ? [`${number} ${word}${number > 1 ? "s" : ""}`] : []);
    title.textContent = badge.textContent = [...count(errors, "error"), ...count(warnings, "warning")].join(", ");
    lead.textContent = errors ? "Until this is fixed, pages stay as they were and nothing can be published." : "";
    list.replaceChildren(...problems.map(entry));
    host.className = errors ? "errors" : "";
    errorsShown = errors ? problems.join("\n") : "";
    if (!errors) memory.previewClosed = "";
    if (!problems.length || (!errors && !asked)) dialog.close();
    if (!problems.length) host.remove();
    else if (!host.isConnected) document.documentElement.append(host);
    if (errors && memory.previewClosed !== errorsShown) open(asked && dialog.open); // what was closed by hand stays closed
  }

  // --- the stylesheet

  const sheet = new CSSStyleSheet();

  // The page's own style gives way to a new one in one step, so no moment is without.
  function restyle({ style, css }) {
    shown = style;
    sheet.replaceSync(css);
    for (const old of document.querySelectorAll("head > style")) old.disabled = true;
    if (!document.adoptedStyleSheets.includes(sheet)) document.adoptedStyleSheets.push(sheet);
  }

  // --- the search

  let searched = ""; // the key of what the search works on, as last heard

  // A search that has been used takes what is new, and shows its results again; the next one to be opened loads it.
  function renew(key) {
    if (searched && searched !== key && window.notesSearch) {
      const script = make("script", { src: new URL(`../search/entry.js?${key}`, own.src), onload: () => script.remove(), onerror: () => script.remove() });
      document.head.append(script);
    }
    searched = key;
  }

  // --- the channel

  let socket = null;
  let wait = 250; // ms before the next attempt

  function listen() {
    if (document.hidden || socket) return;
    const mine = new WebSocket(channel);
    let opened = false;
    socket = mine;
    socket.onopen = () => {
      if (socket !== mine) return mine.close();
      opened = true;
      wait = 250;
      delete memory.previewRefused;
      socket.send(JSON.stringify({ path: location.pathname, key, style: shown }));
    };
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      if (message.reload) location.reload();
      if ("css" in message) restyle(message);
      if (message.problems) show(message);
      if (message.search) renew(message.search);
    };
    socket.onclose = async () => {
      const refused = socket === mine && !opened && (await fetch(own.src, { method: "HEAD", cache: "no-store" }).then((answer) => answer.ok, () => false));
      if (socket !== mine) return;
      if (refused && !memory.previewRefused) {
        memory.previewRefused = "yes"; // this page is from an earlier run of the server: one reload helps, or nothing
        location.reload();
      } else {
        socket = null;
        setTimeout(listen, wait);
        wait = Math.min(wait * 2, 2000);
      }
    };
  }

  // A hidden tab gives its connection back, and learns on its return what it missed.
  function rest() {
    const old = socket;
    socket = null; // so that its closing is no loss
    if (old?.readyState === WebSocket.OPEN) old.close(); // else it would hang on: it is closed when it opens
  }
  document.addEventListener("visibilitychange", () => (document.hidden ? rest() : listen()));
  addEventListener("pagehide", rest);
  addEventListener("pageshow", listen);
  listen();
})();
