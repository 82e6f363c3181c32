// Search: the index, queries and what readers see. Published in search/entry.js, before the data that it works on.
// The files and their format are described in docs/search.md. Comments and indentation are dropped when published.
window.notesSearch ||= (() => {
  const base = document.currentScript.src.replace(/entry\.js.*/, "")

  // --- words: the same as notes_site/search/tokens.py

  let isUnspaced, RUN, UNIT, STOP
  const lower = part => [...part.toLowerCase().replace(/[^a-z]/g, c => data.letters[c] || c)].slice(0, 40).join("")
  const fold = part => {
    const word = lower(part)
    if (STOP.has(word) || !/^[a-z]{3,}s$/.test(word)) return word
    return word.replace(/ies$|(?<=x|ss)es$|(?<![sui])s$/, end => end == "ies" ? "y" : "")
  }
  const split = part => part.match(RUN).flatMap(run => {
    if (isUnspaced.test(run)) return [...run].map((c, n, all) => [c + (all[n + 1] || ""), []])
    const bare = run.replace(/[+#]+$/, "") || run
    const humps = bare.split(/(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/)
    const extras = humps[1] ? humps.map(fold) : []
    return [[fold(bare), bare == run ? extras : [...extras, lower(run)]]]
  })
  // Returns [word, extras, joined] for each word.
  const tokens = text => (text.normalize("NFKD").replace(/[\u0300-\u036f]+/g, "").normalize("NFC").replace(/['’]/g, "")
    .replace(/[-./_:@]/g, "-").replace(/[^\p{L}\p{M}\p{N}+#-]+/gu, " ")
    .match(/[^ +#-]+(?:\+\+|#)?(?:-[^ +#-]+(?:\+\+|#)?)*/g) || [])
    .flatMap(compound => compound.split("-").flatMap(split).map((token, n) => [...token, n > 0 && compound.includes("-")]))

  // --- files

  let data, shards, lists, files, asked = {}
  const texts = {}
  const views = []
  const load = name => files[name] ||= new Promise(done => {
    const script = document.createElement("script"), mine = files
    script.src = base + name
    script.onload = script.onerror = event => {
      script.remove()
      if (event.type == "error") delete mine[name]
      done(event.type == "load")
    }
    document.head.append(script)
  })
  const shardOf = word => {
    let n = data.bounds.length
    while (--n && data.bounds[n] > word);
    return n
  }

  // --- queries

  // The number of edits from one word to another: letters put in, left out, changed, swapped with the next.
  const distance = (a, b, most) => {
    if (Math.abs(a.length - b.length) > most) return 9
    let before, last = [], row = Array.from({ length: b.length + 1 }, (_, n) => n)
    for (let i = 1; i <= a.length; i++) {
      [before, last, row] = [last, row, [i]]
      for (let j = 1; j <= b.length; j++) {
        row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1]))
        if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = Math.min(row[j], before[j - 2] + 1)
      }
      if (Math.min(...row) > most) return 9
    }
    return row[b.length]
  }

  // The weight in each note of a term, of those that it begins and, when `most` edits are allowed, of similar ones.
  const find = (word, begins, most, near) => {
    const found = new Map(), home = shardOf(word)
    const add = (line, factor) => {
      for (const group of line.slice(line.indexOf("\t") + 1).split(",")) {
        const [chunk, pairs] = group.split("!")
        for (let n = 0; n < pairs.length; n += 2) {
          const id = chunk * 64 + data.places.indexOf(pairs[n])
          found.set(id, Math.max(found.get(id) || 0, (pairs.charCodeAt(n + 1) - 96) * factor))
        }
      }
    }
    for (let n = home - 3; n < home + 4; n++)
      for (const line of n == home || most || begins && n > home ? shards[n] || [] : []) {
        const term = line.slice(0, line.indexOf("\t"))
        if (term == word) add(line, 1)
        else if (term.indexOf(" ", word.length) < 0 && begins && term.startsWith(word)) add(line, .3 + .5 * word.length / term.length)
        else if (most && !term.includes(" ")) {
          const edits = Math.min(distance(word, term, most), begins ? distance(word, term.slice(0, word.length), most) + .5 : 9)
          if (edits <= most) {
            add(line, .6 / (1 + edits))
            near.add(term)
          }
        }
      }
    return found
  }

  const search = async (query, fuzzy) => {
    const all = tokens(query).filter(([word], n, all) => {
      const before = n ? all[n - 1][0] : ""
      return !(isUnspaced.test(word) && before.length > word.length && before.endsWith(word))
    })
    const telling = all.filter(([word]) => !STOP.has(word))
    const kept = telling.length ? telling : all
    const words = [...new Set(kept.map(([word]) => word))]
    const last = /[\s]$/.test(query) ? "" : kept.length && kept.at(-1)[0]
    const also = kept.flatMap(([word, extras], n) => n ? [`${kept[n - 1][0]} ${word}`, ...extras] : extras)
    const edits = word => fuzzy && word.length > 3 && !/\d/.test(word) ? 1 + (word.length > 7) : 0
    const begins = word => word == last || word.endsWith(" " + last) || isUnspaced.test(word) && [...word].length < 2
    const needed = new Set([...words, ...also].map(shardOf))
    for (const word of words) {
      const home = shardOf(word)
      if (begins(word)) for (let n = home; n <= Math.min(home + 3, shardOf(word + "\uffff")); n++) needed.add(n)
      if (edits(word)) for (let n = home - 3; n < home + 4; n++) needed.add(n)
    }
    const stamp = data.stamp
    const ok = await Promise.all([...needed].map(n => n >= 0 && n < data.bounds.length ? load(`terms-${n}.js?${stamp}`) : true))
    const near = new Set(words), notes = new Map()
    const rarity = found => Math.log(1 + data.count / (found.size || 1))
    for (const word of words) {
      const found = find(word, begins(word), edits(word), near)
      for (const [id, weight] of found) {
        const note = notes.get(id) || [0, 0]
        notes.set(id, [note[0] + 1, note[1] + weight * rarity(found)])
      }
    }
    for (const term of also) {
      const found = find(term, begins(term))
      for (const [id, weight] of found) if (notes.has(id)) notes.get(id)[1] += weight * rarity(found) / 2
    }
    const most = Math.max(0, ...[...notes.values()].map(([covered]) => covered))
    if (most < words.length && !fuzzy && words.some(word => word.length > 3)) return search(query, true)
    const ids = [...notes.keys()].filter(id => notes.get(id)[0] == most)
    return {
      ids: ids.sort((a, b) => notes.get(b)[1] - notes.get(a)[1] || a - b),
      partly: most < words.length, failed: ok.includes(false), near, last,
    }
  }

  // --- what a note is called, and where its words stand

  const note = id => {
    const [titles, urls] = lists[data.notes[0] ? 0 : id >> 6], n = data.notes[0] ? id : id & 63
    const [area, slug] = data.areas.findLast(([, , first]) => first <= id), url = urls[n]
    return { title: titles[n], url: url[0] == "/" ? url.slice(1) : `${slug}/${url}`, path: [area, data.levels[level(id)]].filter(Boolean).join(" › ") }
  }
  const level = id => (data.codes.charCodeAt(id) - 48)

  // Returns [start, end, word] of each word of a text that the query asks for.
  const spans = (text, { near, last, seen = new Map() }) => [...text.matchAll(UNIT)].flatMap(match => {
    const [unit] = match, at = match.index, end = at + unit.length
    let word = seen.get(unit)
    if (isUnspaced.test(unit)) word = [[...text.slice(end, end + 2)][0], [...text.slice(0, at)].pop()].map((c = "", n) => n ? c + unit : unit + c).concat(unit).find(w => near.has(w))
    else if (word == null) seen.set(unit, word = tokens(unit).flatMap(([w, extras]) => [w, ...extras]).find(w => near.has(w) || last && w.startsWith(last)) || "")
    return word ? [[at, end, word]] : []
  })
  const h = (tag, attributes, ...children) => {
    const element = document.createElement(tag)
    for (const name in attributes) name in element ? element[name] = attributes[name] : element.setAttribute(name, attributes[name])
    element.append(...children)
    return element
  }
  const marked = (text, query, from = 0, to = text.length) => {
    const parts = []
    for (const [start, end] of spans(text, query)) if (start >= from && end <= to) {
      parts.push(text.slice(from, start), h("mark", {}, text.slice(start, end)))
      from = end
    }
    return [...parts, text.slice(from, to)]
  }
  const excerpt = (text, query) => {
    const found = spans(text, query), kinds = at => new Set(found.filter(([start]) => start >= at && start < at + 160).map(([, , word]) => word)).size
    const [best] = found.slice(0, 200).map(([start]) => start).reduce(([at, most], start) => kinds(start) > most ? [start, kinds(start)] : [at, most], [0, 0])
    const from = best < 60 ? 0 : text.indexOf(" ", best - 50) + 1 || best, to = from + 200 < text.length ? text.lastIndexOf(" ", from + 200) : text.length
    return [from ? "… " : "", ...marked(text, query, from, to > from ? to : from + 200), to < text.length ? " …" : ""]
  }
  const details = (url, query) => {
    const found = (texts[url] || []).map(([id, heading, text]) => ({ id, heading, text, kinds: new Set(spans(heading + " " + text, query).map(([, , word]) => word)).size }))
    const [best] = found.filter(part => part.text).sort((a, b) => b.kinds - a.kinds)
    const parts = found.filter(part => part.id && part.heading && part.kinds).sort((a, b) => b.kinds - a.kinds).slice(0, 3)
    return [
      best ? h("p", {}, ...excerpt(best.text, query)) : "",
      parts[0] ? h("ul", {}, ...parts.map(part => h("li", {}, h("a", { href: `${base}../${url}.html#${part.id}` }, ...marked(part.heading, query))))) : "",
    ]
  }

  // --- what readers see: the same in the dialog and on the search page

  const mount = (parent, dialog) => {
    const say = data.texts
    let turn = 0, shown = 10
    const choice = (label, names) => h("select", { onchange: () => show(), "aria-label": label }, ...[[say.all + " · " + label, ""], ...names].map(([name, value]) => h("option", { value }, name)))
    const input = h("input", { type: "search", autocomplete: "off", spellcheck: false, enterKeyHint: "search", "aria-label": say.hint, oninput: () => show(shown = 10) })
    const areas = choice(say.area, data.areas.map(([name], n) => [name, n]).filter(([name]) => name))
    const levels = choice(say.level, data.levels.map((name, n) => [name, n]).filter(([name]) => name))
    const status = h("p", { role: "status", className: "search-status" })
    const list = h("ol", { className: "search-results", onclick: () => dialog && close() })
    const more = h("button", { type: "button", hidden: true, onclick: () => show(shown += 10) }, say.more)
    const links = () => [...list.querySelectorAll("a")]
    const show = async () => {
      const mine = ++turn, query = input.value
      let result = { ids: [] }
      if (query.trim()) result = await search(query)
      if (mine != turn) return
      const end = area => area + 1 < data.areas.length ? data.areas[area + 1][2] : Infinity
      const ids = result.ids.filter(id => (!areas.value || id >= data.areas[areas.value][2] && id < end(+areas.value)) && (!levels.value || level(id) == levels.value))
      const some = ids.slice(0, shown)
      if (!data.notes[0]) await Promise.all(some.map(id => load(`titles-${id >> 6}.js?${data.order}`)))
      if (mine != turn) return
      const items = some.map(note).map(({ title, url, path }) => [url, h("li", {}, h("a", { href: `${base}../${url}.html` }, h("span", {}, path), " ", h("strong", {}, ...marked(title, result))))])
      list.replaceChildren(...items.map(([, item]) => item))
      more.hidden = ids.length <= shown
      const n = ids.length
      status.textContent = (!query.trim() ? say.start : result.failed ? say.failed : !n ? say.none : result.partly ? say.partly : n == 1 ? say.one : say.many).replace("{n}", n).replace("{q}", query.trim())
      if (!dialog) {
        document.getElementById("site.search-list").hidden = query.trim()
        try { history.replaceState(null, "", query.trim() ? "?q=" + encodeURIComponent(query) : location.pathname) } catch { }
      }
      setTimeout(() => mine == turn && items.forEach(async ([url, item]) => {
        await load(url.split("/").map(name => "_" + encodeURIComponent(name)).join("/") + ".js")
        if (mine == turn) item.append(...details(url, result))
      }), 120)
    }
    parent.append(h("form", {
      role: "search", onsubmit: event => {
        event.preventDefault()
        if (dialog) links()[0]?.click()
      },
    }, input, areas, levels, ...dialog ? [h("button", { type: "button", onclick: close }, say.close)] : []), status, list, more)
    parent.onkeydown = event => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
      if (dialog && event.key == "Escape") event.preventDefault(close())
      if (!step || event.isComposing || event.target.tagName == "SELECT") return
      const at = links().indexOf(document.activeElement) + step
      event.preventDefault();
      (at < 0 ? input : links()[at] || document.activeElement).focus()
    }
    const view = { show, ask: query => {
      if (query != null) input.value = query
      input.select()
      show()
    } }
    views.push(view)
    return view
  }

  let dialog, view, closing
  const close = () => {
    // Closing gives the focus back to where it was, which must not open the dialog again.
    closing = true
    dialog.close()
    closing = false
  }
  return {
    tokens,
    search,
    note,
    open(query) {
      if (closing) return
      if (!view) {
        dialog = h("dialog", { className: "search-dialog", "aria-label": data.texts.hint, onclick: event => event.target == dialog && close() })
        document.body.append(dialog)
        view = mount(dialog, dialog)
      }
      if (dialog && !dialog.open) dialog.showModal()
      view.ask(query)
    },
    entry(given) {
      data = given
      STOP = new Set(data.stop)
      isUnspaced = new RegExp(`^[${data.unspaced}]`, "u")
      RUN = new RegExp(`[${data.unspaced}]+|[^${data.unspaced}]+`, "gu")
      UNIT = new RegExp(`[${data.unspaced}]|(?:(?![${data.unspaced}])[\\p{L}\\p{M}\\p{N}'’])+`, "gu")
      shards = []
      files = {}
      lists = data.notes.length ? [data.notes.map(text => text.split("\n"))] : []
      const page = document.getElementById("site.search")
      if (page && !view) {
        view = mount(page)
        view.ask(new URLSearchParams(location.search).get("q"))
      } else views.forEach(view => view.show())
    },
    shard(number, stamp, lines) {
      if (stamp == data.stamp) shards[number] = lines.split("\n")
      else if (!asked[stamp]) asked[stamp] = load("entry.js?" + stamp)
    },
    titles(number, order, list) {
      if (order == data.order) lists[number] = list.map(text => text.split("\n"))
    },
    text(url, sections) {
      texts[url] = sections
    },
  }
})()
