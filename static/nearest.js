// On the page for missing addresses: the pages whose names are nearest to the one that was asked for.
(() => {
  const place = document.getElementById("page.nearest");
  const root = place.dataset.root;
  const words = (path) => decodeURIComponent(path).toLowerCase().replace(/\.html$/, "").split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  const pairs = (text) => [...text].slice(1).map((letter, n) => [...text][n] + letter);
  // Dice's coefficient of two names' pairs of letters: 1 for the same, 0 for nothing in common.
  const likeness = (a, b) => {
    const rest = pairs(b);
    const total = pairs(a).length + rest.length;
    const shared = pairs(a).filter((pair) => rest.includes(pair) && rest.splice(rest.indexOf(pair), 1)).length;
    return total ? (2 * shared) / total : 0;
  };
  const asked = words(location.pathname.startsWith(root) ? location.pathname.slice(root.length) : location.pathname).join(" ");
  fetch(`${root}notes.json`).then((answer) => answer.json()).then(({ notes }) => {
    const near = notes
      .map((note) => ({ note, like: Math.max(likeness(asked, words(note.url).join(" ")), likeness(asked, words(note.url).slice(1).join(" "))) }))
      .filter(({ like }) => like > 0.4)
      .sort((a, b) => b.like - a.like)
      .slice(0, 5);
    for (const { note } of near) {
      const link = document.createElement("a");
      link.href = root + note.url.split("/").map(encodeURIComponent).join("/");
      link.textContent = note.title;
      const item = document.createElement("li");
      item.append(link);
      place.querySelector("ul").append(item);
    }
    place.hidden = !near.length;
  }).catch(() => {});
})();
