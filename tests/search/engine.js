// The search of a published site without a browser: `node engine.js SITE` reads a JSON array a line and answers with one.
//   ["tokens", text] -> [[word, extras, joined], ...]      ["search", query] -> [address, ...]
const fs = require("fs"), path = require("path"), readline = require("readline")
const folder = path.join(process.argv[2], "search")
const files = []
globalThis.window = globalThis
globalThis.addEventListener = () => {}
globalThis.document = {
  currentScript: { src: "site:/search/entry.js" },
  getElementById: () => null,
  createElement: () => ({ append() {} }),
  head: { append(script) {
    const name = decodeURIComponent(script.src.slice("site:/search/".length).replace(/\?.*/, ""))
    files.push(name)
    try {
      run(name)
    } catch (error) {
      return script.onerror({ type: "error" })
    }
    script.onload({ type: "load" })
  } },
}
const run = name => (0, eval)(fs.readFileSync(path.join(folder, name), "utf-8"))
run("entry.js")
let answers = Promise.resolve()
readline.createInterface({ input: process.stdin }).on("line", line => {
  const [what, text] = JSON.parse(line)
  answers = answers.then(async () => {
    if (what == "tokens") return console.log(JSON.stringify(notesSearch.tokens(text)))
    files.length = 0
    const started = performance.now()
    const found = await notesSearch.search(text)
    const took = performance.now() - started
    await Promise.all(found.ids.slice(0, 10).map(notesSearch.named))
    console.log(JSON.stringify({ urls: found.ids.slice(0, 10).map(id => notesSearch.note(id).url), count: found.ids.length, partly: found.partly, files: [...files], took }))
  })
})
