// Search: words, files, queries, and what readers see of them. Published in search/entry.js, before the data that it
// works on; docs/search.md describes the files. Comments and indentation are dropped when this is published.
window.notesSearch ||= (() => {
  const base = document.currentScript.src.replace(/entry\.js.*/, "")
  const texts = {}, views = [], pattern = {}
  let data, shards, lists, files, stop, dialog, view, closing, fresh

  // --- words: the same as in notes_site/search/tokens.py

  const lower = part => [...part.toLowerCase().replace(/[^a-z]/g, c => data.letters[c] || c)].slice(0, 40).join("")
  const fold = part => {
    const word = lower(part)
    return stop.has(word) || !/^[a-z]{3,}s$/.test(word) ? word
      : word.replace(/ies$|(?<=x|ss)es$|(?<![sui])s$/, end => end == "ies" ? "y" : "")
  }
  const split = part => part.match(pattern.run).flatMap(piece => {
    if (piece.match(pattern.unspaced)) return [...piece].map((c, n, all) => [c + (all[n + 1] || ""), []])
    const bare = piece.replace(/[+#]+$/, "") || piece
    const humps = bare.split(pattern.humps)
    return [[fold(piece), [...humps[1] ? humps.map(fold) : [], ...bare == piece ? [] : [fold(bare)]]]]
  })
  // [word, extras, joined] of each word.
  const tokens = text => (text.normalize("NFKD").replace(/[\u0300-\u036f'’]+/g, "").normalize("NFC")
    .replace(/[-./_:@]/g, "-").replace(/[^\p{L}\p{M}\p{N}+#-]+/gu, " ")
    .match(pattern.compound) || [])
    .flatMap(all => all.split("-").flatMap(split).map((token, n) => [...token, n > 0 && all.includes("-")]))

  // --- files: each is a script that calls one of the functions returned below

  const load = name => files[name] ||= new Promise(done =>
    document.head.append(h("script", { src: base + name, onload: () => done(1), onerror: () => done(files[name] = 0) })))
  const shardOf = word => data.bounds.findLastIndex(bound => bound <= word)

  // --- queries

  // How many letters must be put in, left out, changed or swapped to get from one word to another.
  const distance = (a, b, most) => {
    if (Math.abs(a.length - b.length) > most) return 9
    let before, last, row = [...b, 0].map((_, n) => n)
    for (let i = 1; i <= a.length; i++) {
      [before, last, row] = [last, row, [i]]
      for (let j = 1; j <= b.length; j++)
        row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1]),
          a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] ? before[j - 2] + 1 : 9)
      if (Math.min(...row) > most) return 9
    }
    return row.at(-1)
  }
  // The weight in each note of a word: of the term itself, of those that it begins, of those `edits` away.
  const find = ({ word, begins, edits }, near) => {
    const found = [], home = shardOf(word)
    for (let n = home - 3; n < home + 4; n++)
      if (n == home || edits || begins && n > home) for (const line of shards[n] || []) {
        const [term, groups] = line.split("\t"), pair = term.includes(" ", word.length)
        let factor = term == word ? 1 : begins && !pair && term.startsWith(word) ? .3 + .5 * word.length / term.length : 0
        if (edits && !factor && !pair) {
          const away = distance(word, begins ? term.slice(0, word.length + 1) : term, edits)
          if (away <= edits) near.add(term, factor = .6 / (1 + away))
        }
        if (factor) for (const group of groups.split(",")) {
          const [chunk, notes] = group.split("!")
          for (let n = 0; n < notes.length; n += 2) {
            const id = chunk * 64 + data.places.indexOf(notes[n])
            found[id] = Math.max(found[id] || 0, (notes.charCodeAt(n + 1) - 96) * factor)
          }
        }
      }
    const rarity = Math.log(1 + data.count / Object.keys(found).length)
    return found.map(weight => weight * rarity)
  }
  const search = async (query, typos) => {
    let kept = tokens(query).filter(([word], n, all) => !(n && word.match(pattern.unspaced) && all[n - 1][0].slice(1) == word))
    const telling = kept.filter(([word]) => !stop.has(word))
    if (telling[0]) kept = telling
    const last = !/\s$/.test(query) && kept.at(-1)?.[0], near = new Set(kept.map(([word]) => word)), count = near.size
    const also = kept.flatMap(([word, extras], n) => n ? [`${kept[n - 1][0]} ${word}`, ...extras] : extras)
    const parts = [...near, ...also].map((word, n) => ({
      word, extra: n >= count,
      begins: last && (word == last || word.endsWith(" " + last)) || word.match(pattern.unspaced) && word.length < 2,
      edits: typos && n < count && /^\D{4,}$/.test(word) ? 1 + (word.length > 7) : 0,
    }))
    const needed = new Set()
    for (const { word, begins, edits } of parts) {
      const home = shardOf(word), end = edits ? home + 3 : begins ? Math.min(home + 3, shardOf(word + "\uffff")) : home
      for (let n = edits ? home - 3 : home; n <= end; n++) if (n in data.bounds) needed.add(`terms-${n}.js?${data.stamp}`)
    }
    const failed = (await Promise.all([...needed].map(load))).includes(0)
    const covered = [], sums = []
    for (const part of parts) find(part, near).forEach((weight, id) => {
      if (!part.extra) covered[id] = (covered[id] || 0) + 1
      sums[id] = (sums[id] || 0) + weight / (1 + part.extra)
    })
    const most = Math.max(0, ...covered.filter(n => n)), partly = most < count
    return partly && !typos ? search(query, true) : {
      ids: covered.flatMap((n, id) => n == most ? id : []).sort((a, b) => sums[b] - sums[a]),
      partly, failed, near, last, seen: {},
    }
  }

  // --- what a note is called, and where the words of a query stand in a text

  const level = id => data.codes[id] >> 1
  const areaOf = id => data.areas.findLastIndex(([, , first]) => first <= id)
  const named = id => data.notes[0] || load(`titles-${id >> 6}.js?${data.order}`)
  const note = id => {
    const all = data.notes[0], [titles, urls] = lists[all ? 0 : id >> 6], n = all ? id : id & 63
    const [area, slug] = data.areas[areaOf(id)]
    return {
      text: data.codes[id] % 2, title: titles[n], url: urls[n][0] == "/" ? urls[n].slice(1) : `${slug}/${urls[n]}`,
      path: [area, data.levels[level(id)]].filter(name => name).join(" › "),
    }
  }
  const spans = (text, { near, last, seen }) => [...text.matchAll(pattern.unit)].flatMap(({ 0: whole, 1: pair, index }) => {
    const known = pair || whole
    const word = seen[" " + known] ??= (pair ? [pair] : tokens(whole).flatMap(([word, extras]) => [word, ...extras]))
      .find(word => near.has(word) || last && word.startsWith(last)) || ""
    return word ? [[index, index + known.length, word]] : []
  })
  const kinds = found => new Set(found.map(([, , word]) => word)).size
  const h = (tag, properties, ...children) => {
    tag = Object.assign(document.createElement(tag), properties)
    tag.append(...children)
    return tag
  }
  const marked = (text, query, from = 0, to = text.length) => {
    const parts = []
    for (const [start, end] of spans(text, query)) if (end > from && start < to) {
      const at = Math.max(start, from)
      parts.push(text.slice(from, at), h("mark", {}, text.slice(at, end)))
      from = end
    }
    return [...parts, text.slice(from, to)]
  }
  const excerpt = (blocks, query) => {
    const [text] = blocks.split("\n").sort((a, b) => kinds(spans(b, query)) - kinds(spans(a, query)))
    const [[best] = [0]] = spans(text, query)
    const from = best < 60 ? 0 : Math.min(best, text.indexOf(" ", best - 50) + 1 || best), to = from + 200
    return [from ? "… " : "", ...marked(text, query, from, to), text[to] ? "…" : ""]
  }
  const details = (url, sections, query) => {
    const parts = sections.map(([id, heading, text]) => [id, heading, text, kinds(spans(`${heading} ${text}`, query))])
      .sort((a, b) => b[3] - a[3])
    const best = parts.find(([, , text]) => text), under = parts.filter(([, heading, , n]) => heading && n).slice(0, 3)
    return [
      best ? h("p", {}, ...excerpt(best[2], query)) : "",
      under[0] ? h("ul", {}, ...under.map(([id, heading]) => h("li", {}, link(url + ".html#" + id, ...marked(heading, query))))) : "",
    ]
  }
  const link = (url, ...children) => h("a", { href: `${base}../${url}` }, ...children)

  // --- what readers see: the same in the dialog and, without `dialog`, on the search page

  const mount = (parent, dialog) => {
    const say = data.texts
    let turn = 0, shown = 10
    const choice = (label, names) => h("select", { onchange: () => show(), ariaLabel: label },
      h("option", { value: "" }, `${label}: ${say.all}`), ...names.map((name, value) => name && h("option", { value }, name)))
    const input = h("input", { type: "search", autocomplete: "off", ariaLabel: say.hint, oninput: () => show(shown = 10) })
    const area = choice(say.area, data.areas.map(([name]) => name)), rank = choice(say.level, data.levels)
    const status = h("p", { role: "status" })
    const list = h("ol", { onclick: () => dialog && close() })
    const more = h("button", { hidden: true, onclick: () => show(shown += 10) }, say.more)
    const links = () => [...list.querySelectorAll("a")]
    const show = async () => {
      const mine = ++turn, query = input.value.trim(), result = query ? await search(input.value) : { ids: [] }
      const ids = result.ids.filter(id => (!area.value || areaOf(id) == area.value) && (!rank.value || level(id) == rank.value))
      const n = ids.length, some = ids.slice(0, shown)
      await Promise.all(some.map(named))
      if (mine != turn) return
      const items = some.map(note).map(({ url, title, path, text }) =>
        [h("li", {}, link(url + ".html", h("span", {}, path), " ", h("strong", {}, ...marked(title, result)))), url, text])
      list.replaceChildren(...items.map(([item]) => item))
      more.hidden = n <= shown
      status.textContent = say[!query ? "start" : result.failed ? "failed" : !n ? "none" : result.partly ? "partly" : n == 1 ? "one" : "many"]
        .replace("{n}", n).replace("{q}", () => query)
      if (!dialog) document.getElementById("site.all").hidden = query
      setTimeout(() => mine == turn && items.forEach(async ([item, url, text]) => {
        const name = url.split("/").map(name => "_" + encodeURIComponent(name)).join("/") + ".js"
        if (text) await load(name)
        if (mine == turn) item.append(...details(url, texts[base + name] || [], result))
      }), 100)
    }
    parent.append(h("form", { onsubmit: () => (dialog && links()[0]?.click(), false) }, input, area, rank, dialog ? h("button", { type: "button", onclick: close }, say.close) : ""), status, list, more)
    parent.onkeydown = event => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
      if (dialog && event.key == "Escape") event.preventDefault(close())
      if (!step || event.target.options) return
      event.preventDefault()
      const at = links().indexOf(document.activeElement) + step;
      (at < 0 ? input : links()[at])?.focus()
    }
    views.push(show)
    return query => (input.value = query ?? input.value, show(), input)
  }
  // Closing gives the focus back to where it was, which must not open the dialog again.
  const close = () => {
    closing = true
    dialog.close()
    closing = false
  }
  return {
    tokens, search, named, note,
    open(query) {
      if (closing) return
      if (!view) {
        dialog = h("dialog", { ariaLabel: data.texts.hint, onclick: event => { event.target == dialog && close() } })
        document.body.append(dialog)
        view = mount(dialog, dialog)
      }
      if (dialog && !dialog.open) dialog.showModal()
      view(query).select()
    },
    entry(given) {
      data = given
      stop = new Set(data.stop)
      shards = []
      files = {}
      lists = data.notes[0] ? [data.notes.map(text => text.split("\n"))] : []
      for (const name in data.patterns) pattern[name] = RegExp(data.patterns[name], "gu")
      const page = document.getElementById("site.search")
      views.forEach(show => show())
      if (page && !view) (view = mount(page))(new URLSearchParams(location.search).get("q"))
    },
    shard(number, place, lines) {
      if (place == data.order + data.bounds.slice(number, number + 2)) shards[number] = lines.split("\n")
      else if (fresh != place) load("entry.js?" + (fresh = place))
    },
    titles(number, order, list) {
      if (order == data.order) lists[number] = list.map(text => text.split("\n"))
    },
    text(sections) {
      texts[document.currentScript.src] = sections
    },
  }
})()
