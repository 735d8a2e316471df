"use strict";
(async () => {
  const PAGE = 200;
  const unpack = async (id) => {
    const packed = document.getElementById(id).textContent;
    const bytes = Uint8Array.from(atob(packed), (c) => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return JSON.parse(await new Response(stream).text());
  };
  const rows = await unpack("data");
  const opened = new Map();
  const body = document.querySelector("#rows tbody");
  const search = document.getElementById("search");
  const more = document.getElementById("more");
  const boxes = [...document.querySelectorAll(".show")];
  const dialog = document.getElementById("trace");
  let key = "number", down = false, limit = PAGE;

  const element = (name, text, className) => {
    const made = document.createElement(name);
    made.textContent = text;
    if (className) made.className = className;
    return made;
  };
  const text = (row) => Object.values(row).flat().join(" ").toLowerCase();
  const compare = (a, b) => {
    const [x, y] = [a[key], b[key]].map((v) => (Array.isArray(v) ? v.join(", ") : v));
    const order = typeof x === "number" ? x - y : String(x).localeCompare(String(y), "en", { numeric: true });
    return (down ? -order : order) || a.number - b.number;
  };

  // A trace is shared by all rows that were decided alike; what it says of a fact is of this row.
  const fill = (part, row) => {
    const known = { eccn: row.eccn, product: row.product, destination: row.place, law_date: row.law_date };
    const texts = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      texts.currentNode.data = texts.currentNode.data.replace(/\{([a-z_.]+)\}/g, (all, name) => {
        const [field] = name.split(".");
        return known[field] || `the ${field.replaceAll("_", " ")}`;
      });
    }
  };

  const open = async (row) => {
    document.getElementById("trace-title").replaceChildren(
      element("span", row.verdict, "badge " + row.verdict),
      element("h1", row.summary),
      element("p", `Row ${row.number}` + (row.shipment_id ? `, ${row.shipment_id} ${row.line}` : "") +
        ` · ${row.finding.replaceAll("_", " ")}` + (row.ask.length ? ` · supply ${row.ask.join(", ")}` : ""), "soft"),
      ...row.problems.map((p) => element("p", p, "error")));
    const into = document.getElementById("trace-body");
    into.replaceChildren();
    if (row.trace) {
      const [chunk, at] = row.trace;
      if (!opened.has(chunk)) opened.set(chunk, await unpack("chunk-" + chunk));
      // Made by the same escaping templates as this page, never from a cell.
      into.innerHTML = opened.get(chunk)[at];
      into.querySelectorAll(".rule").forEach((rule) => fill(rule, row));
    }
    if (!dialog.open) dialog.showModal();
  };

  const draw = () => {
    const wanted = search.value.toLowerCase();
    const verdicts = new Set(boxes.filter((b) => b.checked).map((b) => b.value));
    const found = rows.filter((r) => verdicts.has(r.verdict) && (!wanted || text(r).includes(wanted))).sort(compare);
    body.replaceChildren(...found.slice(0, limit).map((row) => {
      const line = document.createElement("tr");
      line.tabIndex = 0;
      const badge = document.createElement("td");
      badge.append(element("span", row.verdict, "badge " + row.verdict));
      line.append(element("td", row.number), badge,
        ...["law_date", "place", "product", "eccn"].map((k) => element("td", row[k])),
        element("td", row.decisive.join(", ")), element("td", row.summary));
      line.addEventListener("click", () => open(row));
      line.addEventListener("keydown", (e) => { if (e.key === "Enter") open(row); });
      return line;
    }));
    more.hidden = found.length <= limit;
    document.getElementById("count").textContent = `${found.length.toLocaleString("en")} rows`;
    document.querySelectorAll("#rows th").forEach((th) => {
      const mine = th.firstElementChild.dataset.key === key;
      th.setAttribute("aria-sort", mine ? (down ? "descending" : "ascending") : "none");
    });
  };

  document.querySelectorAll("#rows th button").forEach((b) => b.addEventListener("click", () => {
    down = key === b.dataset.key && !down;
    key = b.dataset.key;
    draw();
  }));
  search.addEventListener("input", draw);
  boxes.forEach((b) => b.addEventListener("change", draw));
  more.addEventListener("click", () => { limit += PAGE; draw(); });
  draw();
})();
