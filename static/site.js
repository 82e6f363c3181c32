// The page's comfort: theme switch, copy and wrap, current section, the way into the search. Nothing needs it.
(() => {
  const root = document.documentElement;
  const all = (selector) => document.querySelectorAll(selector);
  let store = {};
  try { store = localStorage; } catch { /* forbidden: the choice lasts for this page */ }
  const themes = ["", "light", "dark"];
  const paint = () => { root.dataset.theme = themes.includes(store.theme) ? store.theme : ""; };
  paint(); // before anything is shown

  const tools = () => {
    const model = document.getElementById("site.tools");
    if (!model) return;
    for (const figure of all("figure.code")) {
      const pre = figure.querySelector("pre");
      const bar = model.content.firstElementChild.cloneNode(true);
      const [copy, wrap] = bar.children;
      copy.onclick = async () => {
        const label = copy.textContent;
        try {
          await navigator.clipboard.writeText(pre.textContent);
          copy.textContent = copy.dataset.done;
        } catch {
          getSelection().selectAllChildren(pre);
          copy.textContent = copy.dataset.failed;
        }
        setTimeout(() => { copy.textContent = label; }, 2000);
      };
      wrap.onclick = () => wrap.setAttribute("aria-pressed", pre.classList.toggle("wrapped"));
      wrap.hidden = pre.scrollWidth <= pre.clientWidth;
      figure.append(bar);
    }
  };

  const switcher = () => {
    const button = document.querySelector(".theme-switch");
    if (!button) return;
    const name = () => { button.title = button.dataset[root.dataset.theme || "auto"]; button.setAttribute("aria-label", button.title); };
    button.onclick = () => {
      store.theme = themes[(themes.indexOf(root.dataset.theme) + 1) % 3];
      paint();
      name();
    };
    name();
    button.hidden = false;
  };

  const sections = () => {
    const toc = document.querySelector(".toc");
    if (!toc) return;
    const wide = matchMedia("(width >= 78rem)");
    (wide.onchange = () => { toc.open = wide.matches; })();
    const links = [...toc.querySelectorAll("a")];
    const heads = links.map((link) => document.getElementById(decodeURIComponent(link.hash.slice(1))));
    const look = () => {
      const now = heads.findLastIndex((head) => head && head.getBoundingClientRect().top < 120);
      links.forEach((link, at) => (at === now ? link.setAttribute("aria-current", "location") : link.removeAttribute("aria-current")));
      toc.querySelector("summary span").textContent = now < 0 ? "" : `: ${links[now].textContent}`;
    };
    toc.onclick = ({ target }) => { if (target.closest("a") && !wide.matches) toc.open = false; };
    addEventListener("scroll", () => requestAnimationFrame(look), { passive: true });
    look();
  };

  const search = () => {
    const form = document.querySelector("form[role=search]");
    if (!form) return;
    const input = form.q;
    let script;
    const open = () => {
      if (window.notesSearch) return window.notesSearch.open(input.value);
      if (script) return;
      script = document.createElement("script");
      script.src = new URL("search/entry.js", form.action);
      script.onload = open;
      script.onerror = () => { input.onclick = input.oninput = form.onsubmit = null; input.focus(); };
      document.head.append(script);
    };
    input.onclick = input.oninput = open;
    form.onsubmit = (event) => { event.preventDefault(); open(); };
    addEventListener("keydown", (event) => {
      const writing = event.target.closest?.("input, textarea, select, [contenteditable]");
      if ((event.key === "/" && !writing && !event.ctrlKey && !event.metaKey && !event.altKey) || (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey)) {
        event.preventDefault();
        open();
      }
    });
  };

  addEventListener("DOMContentLoaded", () => [switcher, tools, sections, search].forEach((part) => part()));
})();
