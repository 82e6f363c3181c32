// The page's comfort: theme switch, copy and wrap, current section and note, the way into the search. Nothing needs it.
(() => {
  const one = (selector, within = document) => within.querySelector(selector);
  let store = {};
  // Where it is forbidden, a choice lasts for this page.
  try { store = localStorage; } catch {}
  const themes = ["auto", "light", "dark"];
  const at = () => Math.max(themes.indexOf(store.theme), 0);
  const paint = () => { document.documentElement.dataset.theme = themes[at()]; };
  // Before anything is shown.
  paint();

  const theme = (button) => {
    const name = () => { button.ariaLabel = button.title = button.dataset[themes[at()]]; };
    button.onclick = () => {
      store.theme = themes[(at() + 1) % 3];
      paint();
      name();
    };
    name();
    button.hidden = false;
  };

  const tools = (template) => {
    for (const figure of document.querySelectorAll("figure.code")) {
      const bar = template.content.firstChild.cloneNode(true);
      const pre = one("pre", figure);
      const [copy, wrap] = bar.children;
      const label = copy.textContent;
      copy.onclick = async () => {
        let said = "done";
        try {
          await navigator.clipboard.writeText(pre.textContent);
        } catch {
          getSelection().selectAllChildren(pre);
          said = "failed";
        }
        copy.textContent = copy.dataset[said];
        setTimeout(() => { copy.textContent = label; }, 2e3);
      };
      wrap.onclick = () => { wrap.ariaPressed = pre.classList.toggle("wrapped"); };
      wrap.hidden = pre.scrollWidth <= pre.clientWidth;
      figure.append(bar);
    }
  };

  const contents = (toc) => {
    const wide = matchMedia("(width >= 78rem)");
    (wide.onchange = () => { toc.open = wide.matches; })();
    const links = [...toc.querySelectorAll("a")];
    const heads = links.map((link) => document.getElementById(link.getAttribute("href").slice(1)));
    const look = () => {
      const now = heads.findLastIndex((head) => head?.getBoundingClientRect().top < 120);
      links.forEach((link, n) => { link.ariaCurrent = n === now && "location"; });
      one("summary span", toc).textContent = links[now] ? `: ${links[now].textContent}` : "";
    };
    toc.onclick = ({ target }) => { if (target.href) toc.open = wide.matches; };
    addEventListener("scroll", () => requestAnimationFrame(look));
    look();
  };

  // Where the navigation scrolls, it begins at the note that is shown.
  const place = (link) => {
    const nav = link.closest("nav");
    nav.scrollTop = link.offsetTop - nav.clientHeight * 0.75;
  };

  const search = (form) => {
    const field = form.q;
    let typed = "";
    let waiting;
    const bind = (act) => { form.onsubmit = field.onclick = field.oninput = act; };
    const open = (event) => {
      event?.preventDefault();
      if (waiting) return;
      if (window.notesSearch) {
        notesSearch.open(field.value + typed);
        typed = "";
        // Who has begun to write goes on at the end.
        if (!event || event.type === "input") document.activeElement.selectionStart = 99;
        return;
      }
      waiting = document.createElement("script");
      waiting.src = new URL("search/entry.js", form.action);
      waiting.onload = () => open(waiting = null);
      waiting.onerror = () => {
        field.value += typed;
        bind(waiting = field.focus());
      };
      document.head.append(waiting);
    };
    bind(open);
    addEventListener("keydown", (event) => {
      const { key, target } = event;
      const chord = event.ctrlKey || event.metaKey;
      if (event.altKey || !chord && target.closest?.("input,textarea,select,[contenteditable]")) return;
      if (waiting && !chord && key.length < 2) {
        typed += key;
        event.preventDefault();
      } else if (key === (chord ? "k" : "/")) open(event);
    });
  };

  addEventListener("DOMContentLoaded", () => {
    const parts = { ".theme-switch": theme, "#site\\.tools": tools, ".toc": contents, ".nav-notes [aria-current]": place, "[role=search]": search };
    for (const selector in parts) one(selector) && parts[selector](one(selector));
  });
})();
