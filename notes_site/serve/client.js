// The preview's part of a page: reloads it when what it shows has changed, swaps changed stylesheets, shows problems.
(() => {
  "use strict";
  const own = document.currentScript;
  const { key, token } = own.dataset;
  const address = new URL(own.src);
  address.protocol = address.protocol.replace("http", "ws");
  address.pathname = address.pathname.replace("preview.js", "reload");
  address.search = "?token=" + encodeURIComponent(token);

  const host = document.createElement("notes-site-preview");
  const root = host.attachShadow({ mode: "open" });
  const style = new CSSStyleSheet();
  style.replaceSync(`
    :host { all: initial; }
    dialog { box-sizing: border-box; width: min(60rem, calc(100vw - 2rem)); max-height: 80vh; overflow: auto; padding: 1rem 1.25rem;
      border: 1px solid #b3261e; border-radius: 8px; background: #1d1f24; color: #e8eaee; font: 14px/1.5 ui-monospace, monospace; }
    dialog::backdrop { background: rgb(0 0 0 / 40%); }
    h2 { margin: 0 0 .5rem; font: 600 16px/1.4 system-ui, sans-serif; }
    pre { margin: .75rem 0 0; white-space: pre-wrap; overflow-wrap: anywhere; font: inherit; }
    button { font: 14px/1.4 system-ui, sans-serif; padding: .3rem .8rem; border-radius: 6px; border: 1px solid #888; background: #fff; color: #222; cursor: pointer; }
    .badge { position: fixed; right: 1rem; bottom: 1rem; z-index: 2147483647; background: #fff3c4; border-color: #8a5a00; }
    @media print { .badge { display: none; } }
  `);
  root.adoptedStyleSheets = [style];

  const make = (tag, text, more = {}) => Object.assign(document.createElement(tag), { textContent: text }, more);

  function show({ errors, warnings, problems }) {
    root.replaceChildren();
    if (!problems.length) return;
    if (!host.isConnected) document.body.append(host);
    const dialog = make("dialog", "");
    const title = errors ? `${errors} to mend before this can be published` : `${warnings} to look at`;
    dialog.append(make("h2", title), ...problems.map((text) => make("pre", text)));
    dialog.append(make("p", ""), make("button", "Close", { onclick: () => dialog.close() }));
    dialog.setAttribute("aria-label", title);
    const badge = make("button", errors ? `${errors} errors` : `${warnings} warnings`, { className: "badge", onclick: () => dialog.showModal() });
    root.append(badge, dialog);
    if (errors) dialog.showModal();
  }

  function swap(names) {
    const links = [...document.querySelectorAll('link[rel="stylesheet"]')];
    names.forEach((name, at) => {
      const old = links[at];
      if (!old || old.href.endsWith("/" + name)) return;
      const fresh = old.cloneNode();
      fresh.href = old.getAttribute("href").replace(/[^/]*$/, "") + name.replace(/^.*\//, "");
      fresh.onload = () => old.remove();
      old.after(fresh);
    });
  }

  let wait = 200;
  let socket = null;
  function listen() {
    if (document.hidden || socket) return;
    socket = new WebSocket(address);
    socket.onopen = () => {
      wait = 200;
      socket.send(JSON.stringify({ path: location.pathname, key }));
    };
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      if (message.reload) location.reload();
      if (message.styles) swap(message.styles);
      if (message.problems) show(message);
    };
    socket.onclose = () => {
      socket = null;
      setTimeout(listen, wait = Math.min(wait * 2, 5000));
    };
  }
  // A hidden tab gives its connection back, and learns on its return what it missed.
  document.addEventListener("visibilitychange", () => (document.hidden ? socket?.close() : listen()));
  addEventListener("pageshow", listen);
  listen();
})();
