"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const table = document.getElementById("table");
  const body = table.tBodies[0];
  const head = [...table.tHead.rows[0].cells];
  const count = document.getElementById("count");
  const find = document.getElementById("find");
  const status = document.getElementById("status");
  const sorter = document.getElementById("sorter");
  const all = document.getElementById("all");
  const SVG = "http://www.w3.org/2000/svg";

  const element = (tag, text, parent) => {
    const made = document.createElement(tag);
    if (text !== undefined) made.textContent = text;
    if (parent) parent.append(made);
    return made;
  };
  const drawing = (name, width, height, parent) => {
    const made = document.createElementNS(SVG, "svg");
    made.setAttribute("class", name);
    made.setAttribute("viewBox", `0 0 ${width} ${height}`);
    made.setAttribute("aria-hidden", "true");
    if (parent) parent.append(made);
    return made;
  };
  const bar = (parent, name, x, y, width, height) => {
    const made = document.createElementNS(SVG, "rect");
    made.setAttribute("class", name);
    for (const [key, value] of Object.entries({ x, y, width, height })) {
      made.setAttribute(key, Math.round(value * 100) / 100);
    }
    parent.append(made);
  };

  const whole = (value) => value.toLocaleString("en-US");
  const share = (value) =>
    !Number.isFinite(value) ? "–" : value > 0 && value < 0.0005 ? "<0.1%" : `${(100 * value).toFixed(1)}%`;
  const change = (value) => {
    if (!Number.isFinite(value)) return "–";
    const points = Math.abs(100 * value).toFixed(2);
    return Number(points) === 0 ? "0.00" : `${value > 0 ? "+" : "−"}${points}`;
  };
  const ratio = (p, q) =>
    Number.isNaN(p / q) ? "–" : q === 0 ? "∞" : (p / q).toFixed(2);
  const score = (value) => (value === null ? "–" : value > 0 && value < 0.001 ? value.toPrecision(1) : value.toFixed(4));
  // the bar of "other" sums up many, and would make the rest small: it may be cut off
  const largest = (entries) => {
    const own = entries.filter(({ flags }) => !flags.includes("other"));
    return Math.max(...(own.length ? own : entries).flatMap(({ p, q }) => [p || 0, q || 0])) || 1;
  };

  // nothing stands where a row has the same as the one before it
  const unpacked = (packed) => {
    const parts = packed.split(" ");
    let last = "";
    return Array.from({ length: data.n }, (_, i) => {
      const one = parts[i];
      if (one) last = one[0] === "." ? `0${one}` : one;
      return last;
    });
  };
  const stats = data.stats.map(unpacked);
  const noted = unpacked(data.noted);
  const columns = data.cells.map(unpacked);
  data.words.forEach((words, place) => (columns[place] = columns[place].map((one) => words[one])));
  const [STATUS, COLUMN, SEGMENT] = [0, 1, 2];
  const single = table.classList.contains("single");
  const text = (entry, place) => columns[place][entry.place];

  const entriesOf = (listed) => {
    const parts = listed ? listed.split(";").map((one) => one.split(",")) : [];
    let n = 0;
    let reference = 0;
    for (const [, a, b] of parts) {
      n += Number(a);
      reference += Number(b);
    }
    return parts.map(([label, first, second, part, mark = 0]) => {
      const [a, b] = [Number(first), Number(second)];
      const flags = [];
      if (mark === "-1") flags.push("missing");
      if (mark > 0 || mark === "-2") flags.push("other");
      else {
        if (b === 0) flags.push("new");
        if (a === 0) flags.push("gone");
        if ((a > 0 && a < data.rare) || (!data.fixed && b > 0 && b < data.rare)) flags.push("rare");
      }
      const name = mark > 0 ? `other: ${whole(Number(mark))} ${mark === "1" ? "category" : "categories"}` : data.names[label];
      return { name, count: a, reference: b, p: a / n, q: b / reference, part: part === "" ? null : Number(part), flags };
    });
  };

  // rows are made when they are shown first
  const rows = Array.from({ length: data.n }, (_, place) => {
    const words = `${columns[COLUMN][place]} ${columns[SEGMENT][place]}`.toLowerCase();
    return { place, words, quiet: data.quiet.includes(columns[STATUS][place]), ordered: data.numbers.ordered[place] === "1", isOpen: false, row: null, detail: null, button: null };
  });
  const made = (entry) => {
    if (entry.row) return entry;
    entry.entries = entriesOf(data.entries[entry.place]);
    entry.row = element("tr");
    entry.row.className = text(entry, STATUS);
    columns.forEach((column, place) => {
      if (place !== COLUMN) return void element("td", column[entry.place], entry.row);
      const cell = element("th", undefined, entry.row);
      cell.scope = "row";
      entry.button = element("button", column[entry.place], cell);
      entry.button.type = "button";
      entry.button.setAttribute("aria-expanded", "false");
      entry.button.addEventListener("click", () => open(entry, !entry.isOpen));
      const note = data.notes[noted[entry.place]];
      if (note) element("small", note.replaceAll(data.name, () => column[entry.place]), cell);
    });
    element("td", undefined, entry.row);
    spark(entry);
    return entry;
  };

  const spark = (entry) => {
    const shown = entry.entries.filter(({ flags }) => !flags.includes("other"));
    if (!entry.ordered) shown.splice(8);
    if (!shown.length) return;
    const most = largest(shown);
    const step = Math.min(12, 96 / shown.length); // bins are shown all, in their order
    const made = drawing("spark", 96, 22);
    shown.forEach(({ p, q }, i) => {
      const high = (20 * (p || 0)) / most;
      const low = (20 * (q || 0)) / most;
      bar(made, "data", step * i, 22 - high, (5 * step) / 12, high);
      bar(made, "reference", step * i + (5 * step) / 12, 22 - low, step / 3, low);
    });
    entry.row.lastElementChild.append(made);
  };

  // ---- numbers and times: figures of both sides, and their histograms on one axis ----
  const figures = ([isTime, own, other, knownBy], parent, name) => {
    const made = element("table", undefined, parent);
    made.className = "figures";
    element("caption", `${name}${knownBy ? `, known by ${knownBy} alone` : ""}`, made);
    const head = element("tr", undefined, element("thead", undefined, made));
    for (const title of ["figure", ...data.numbers.sides]) element("th", title, head).scope = "col";
    const lines = element("tbody", undefined, made);
    data.numbers.heads[isTime].forEach((title, i) => {
      if ([own[i], other[i]].every((text) => text === "" || text === "–")) return; // not known
      const line = element("tr", undefined, lines);
      element("th", title, line).scope = "row";
      for (const text of [own[i], other[i]]) element("td", text || "0", line);
    });
  };
  const histogram = ([axis, ...places], parent, name) => {
    const [texts, [isBelow, isAbove], ends] = data.numbers.axes[axis];
    const both = places.map((place) => data.numbers.lines[place]);
    const each = texts.length === Math.max(both[0].length, both[1].length); // a bar is one value
    const first = ends ? 1 : 0; // what is beyond the edges of bins has no width
    const number = ends ? texts.length - 1 : each ? texts.length : texts.length - 1;
    const called = (i) =>
      each ? texts[i]
        : !ends && isBelow && i === 0 ? `below ${texts[1]}`
          : !ends && isAbove && i === number - 1 ? `${texts[i]} and above`
            : `${texts[i]} to ${texts[i + 1]}`;
    const left = (i) => 8 + (ends ? (424 * ends[i]) / 1000 : (424 * i) / number);
    const part = (side, i) => (both[side].length ? both[side][i + first] / 10000 : NaN);
    const density = (side, i) => (part(side, i) || 0) / Math.max(left(i + 1) - left(i), 1);
    const every = [...Array(number).keys()];
    const most = Math.max(...every.flatMap((i) => [density(0, i), density(1, i)])) || 1;
    const told = (i) => `${called(i)}: ${data.numbers.sides.map((side, k) => `${side} ${share(part(k, i))}`).join(", ")}`;
    const made = drawing("hist", 440, 170, parent);
    made.removeAttribute("aria-hidden");
    made.setAttribute("role", "img");
    made.setAttribute("tabindex", "0");
    const peaks = [0, 1].filter((side) => both[side].length).map((side) => {
      const i = every.reduce((best, one) => (density(side, one) > density(side, best) ? one : best), 0);
      return `${data.numbers.sides[side]} is densest at ${called(i)} (${share(part(side, i))})`;
    });
    made.setAttribute("aria-label", `Histogram of ${name}, ${number} bars. ${peaks.join("; ")}. Arrow keys go from bar to bar.`);
    const said = element("output", undefined, parent);
    const marks = every.map((i) => {
      const width = Math.max(left(i + 1) - left(i), 1);
      const group = document.createElementNS(SVG, "g");
      for (const [side, kind] of [[1, "reference"], [0, "data"]]) {
        const height = (140 * density(side, i)) / most;
        if (!(height > 0)) continue;
        bar(group, kind, left(i) + 0.5, 150 - height, Math.max(width - 1, 0.5), height);
        const title = document.createElementNS(SVG, "title");
        title.textContent = told(i);
        group.lastElementChild.append(title);
      }
      group.addEventListener("click", () => tell(i));
      made.append(group);
      return group;
    });
    let now = -1;
    const tell = (i) => {
      if (now >= 0) marks[now].removeAttribute("class");
      now = i;
      marks[i].setAttribute("class", "now");
      said.textContent = told(i);
    };
    made.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!step) return;
      event.preventDefault();
      tell(now < 0 ? 0 : Math.min(Math.max(now + step, 0), number - 1));
    });
    const line = document.createElementNS(SVG, "path");
    line.setAttribute("class", "axis");
    line.setAttribute("d", "M8 150.5H432");
    made.append(line);
    const letters = Math.max(...texts.map((text) => text.length));
    const room = Math.max(1, Math.min(5, Math.floor(44 / letters))); // labels beside one another
    let end = -1;
    const step = Math.max(1, Math.ceil((texts.length - 1) / room)); // bars between labels
    for (let i = 0; i < texts.length; i += step) {
      const x = each ? (left(i) + left(i + 1)) / 2 : left(i);
      const size = texts[i].length * 6.4;
      const at = Math.min(Math.max(x, size / 2), 440 - size / 2);
      if (at - size / 2 < end) continue;
      end = at + size / 2 + 6;
      const label = document.createElementNS(SVG, "text");
      label.setAttribute("x", at);
      label.setAttribute("y", 165);
      label.textContent = texts[i];
      made.append(label);
    }
    const beyond = ends ? [0, 1].map((side) => (both[side].length ? (both[side][0] + both[side].at(-1)) / 10000 : 0)) : [0, 0];
    const key = element("p", undefined, parent);
    key.className = "note";
    data.numbers.sides.forEach((side, k) => {
      element("span", side, key).className = `key ${["data", "reference"][k]}`;
      key.append(beyond[k] > 0 ? ` (${share(beyond[k])} beyond the bins) ` : " ");
    });
  };
  const numbers = (entry, parent, name) => {
    const found = data.numbers.rows[entry.place];
    if (!found) {
      if (entry.ordered && data.numbers.left) element("p", data.numbers.note, parent).className = "note";
      return;
    }
    const made = element("div", undefined, parent);
    made.className = "numbers";
    made.setAttribute("role", "group");
    made.setAttribute("aria-label", `Figures of ${name}`);
    const [told, drawn] = found;
    if (drawn.length) histogram(drawn, element("div", undefined, made), name);
    figures(told, element("div", undefined, made), name);
  };

  const detail = (entry) => {
    const made = element("tr");
    made.className = "detail";
    made.id = `detail${entry.place}`;
    const cell = element("td", undefined, made);
    cell.colSpan = head.length;
    const list = element("dl", undefined, cell);
    list.className = "stats";
    data.details.forEach((name, i) => {
      const pair = element("div", undefined, list);
      element("dt", name.replaceAll("_", " "), pair);
      element("dd", stats[i][entry.place], pair);
    });
    const name = entry.button.textContent;
    numbers(entry, cell, name);
    if (!entry.entries.length) {
      element("p", "No categories were compared.", cell);
      return made;
    }
    const region = element("div", undefined, cell);
    region.className = "scroll";
    region.tabIndex = 0;
    region.setAttribute("role", "region");
    region.setAttribute("aria-label", `Categories of ${name}`);
    const inner = element("table", undefined, region);
    inner.className = "cats";
    const segment = single ? "" : `, ${text(entry, SEGMENT)}`;
    const order = entry.ordered ? "in the order of values; contribution to the js divergence in bit" : "by contribution to the js divergence in bit";
    element("caption", `Categories of ${name}${segment}, ${order}`, inner);
    const top = element("tr", undefined, element("thead", undefined, inner));
    for (const title of ["category", "n", "n reference", "share", "share reference", "change, points", "ratio", "contribution", "data over reference", "flag"]) {
      const cellOfHead = element("th", title, top);
      cellOfHead.scope = "col";
      if (title === "data over reference") cellOfHead.className = "bars";
    }
    const lines = element("tbody", undefined, inner);
    const most = largest(entry.entries);
    for (const one of entry.entries) {
      const line = element("tr", undefined, lines);
      element("th", one.name, line).scope = "row";
      for (const said of [whole(one.count), data.fixed ? "–" : whole(one.reference), share(one.p), share(one.q), change(one.p - one.q), ratio(one.p, one.q), score(one.part)]) {
        element("td", said, line);
      }
      const bars = element("td", undefined, line);
      bars.className = "bars";
      const picture = drawing("pair", 150, 18);
      for (const [side, part, y] of [["data", one.p, 1], ["reference", one.q, 10]]) {
        const length = (150 * (part || 0)) / most;
        bar(picture, side, 0, y, Math.min(length, 150), 8);
        if (length > 150.01) bar(picture, "cut", 138, y, 4, 8);
      }
      bars.append(picture);
      element("td", one.flags.join(", "), line);
    }
    return made;
  };

  const open = (entry, wanted) => {
    entry.isOpen = wanted;
    entry.button.setAttribute("aria-expanded", String(wanted));
    if (wanted && !entry.detail) entry.detail = detail(entry);
    if (wanted) {
      entry.row.after(entry.detail);
      entry.button.setAttribute("aria-controls", entry.detail.id);
    } else if (entry.detail) entry.detail.remove();
    tellAll();
  };

  let sorted = rows;
  let folded = rows.some(({ quiet }) => !quiet) && rows.filter(({ quiet }) => quiet).length > data.few;
  let page = 0;
  const wantedRows = () => {
    const wanted = find.value.trim().toLowerCase();
    const isFolded = folded && wanted === "" && status.value === "";
    return sorted.filter(
      (entry) =>
        entry.words.includes(wanted) &&
        (status.value === "" || text(entry, STATUS) === status.value) &&
        !(isFolded && entry.quiet)
    );
  };
  let shown = [];
  const tellAll = () => {
    const isAll = shown.length > 0 && shown.every(({ isOpen }) => isOpen);
    all.setAttribute("aria-pressed", String(isAll));
    all.textContent = isAll ? "Close all" : "Open all";
  };
  const narrow = matchMedia("(max-width:45rem)"); // where a row is as high as ten
  const show = (most = narrow.matches ? data.page / 4 : data.page) => {
    const found = wantedRows();
    const last = Math.max(Math.ceil(found.length / most) - 1, 0);
    page = Math.min(Math.max(page, 0), last);
    const first = page * most;
    shown = found.slice(first, first + most).map(made);
    body.replaceChildren(...shown.flatMap(({ row, detail, isOpen }) => (isOpen ? [row, detail] : [row])));
    const part = last ? `, here ${whole(first + 1)} to ${whole(first + shown.length)}` : "";
    count.textContent = `${whole(found.length)} of ${whole(rows.length)} rows${part}`;
    document.getElementById("paper").textContent = `Here are ${whole(shown.length)} of ${whole(rows.length)} rows${folded ? `; ${data.rest}` : ""}.`;
    pages.hidden = !last;
    place.textContent = `Page ${whole(page + 1)} of ${whole(last + 1)}`;
    back.setAttribute("aria-disabled", String(page === 0));
    next.setAttribute("aria-disabled", String(page === last));
    tellAll();
  };
  const again = () => {
    page = 0;
    show();
  };
  const turn = (by) => {
    const before = page;
    page += by;
    show();
    if (page !== before) document.getElementById("rows").scrollIntoView();
  };
  const pages = document.getElementById("pages");
  const [back, next] = pages.querySelectorAll("button");
  const place = pages.querySelector("span");
  back.addEventListener("click", () => turn(-1));
  next.addEventListener("click", () => turn(1));

  // what nobody has to look at is folded until it is asked for
  const rest = document.getElementById("rest");
  const fold = (wanted) => {
    folded = wanted;
    rest.textContent = `${data.rest}: ${folded ? "show" : "hide"}`;
    rest.setAttribute("aria-expanded", String(!folded));
    again();
  };
  rest.hidden = !folded;
  rest.addEventListener("click", () => fold(!folded));

  const compare = new Intl.Collator("en", { numeric: true }).compare;
  const number = (written) => {
    const plain = written.replace(/[,%<]/g, "").replace("∞", "Infinity");
    return plain === "–" || plain === "" ? NaN : Number(plain);
  };
  const value = (entry, place) => {
    const written = text(entry, place);
    if (place === STATUS) return data.statuses.indexOf(written);
    return place < data.words.length ? written : number(written);
  };
  const sort = (place, falling) => {
    const keyed = rows.map((entry) => [value(entry, place), entry]);
    keyed.sort(([a, one], [b, other]) => {
      if (typeof a === "string") {
        const order = compare(a, b);
        return (falling ? -order : order) || one.place - other.place;
      }
      const absent = Number.isNaN(a) - Number.isNaN(b); // these stay last either way
      if (absent || Number.isNaN(a)) return absent || one.place - other.place;
      return (a === b ? 0 : a < b === falling ? 1 : -1) || one.place - other.place;
    });
    sorted = keyed.map(([, entry]) => entry);
    head.forEach((cell, i) => {
      if (i === place) cell.setAttribute("aria-sort", falling ? "descending" : "ascending");
      else cell.removeAttribute("aria-sort");
    });
    sorter.value = `${place} ${falling}`;
    fold(false); // all rows are sorted, and so shown
  };

  head.forEach((cell, place) => {
    if (cell.classList.contains("fixed")) return;
    const title = cell.textContent;
    const button = element("button", title);
    button.type = "button";
    cell.replaceChildren(button);
    const first = place >= data.words.length; // numbers begin with the largest
    button.addEventListener("click", () => {
      const now = cell.getAttribute("aria-sort");
      sort(place, now === null ? first : now === "ascending");
    });
    if (place === SEGMENT && single) return;
    for (const falling of [first, !first]) {
      const option = element("option", `${title} ${falling ? "↓" : "↑"}`, sorter);
      option.value = `${place} ${falling}`;
    }
  });
  sorter.addEventListener("change", () => {
    const [place, falling] = sorter.value.split(" ");
    sort(Number(place), falling === "true");
  });
  find.addEventListener("input", again);
  status.addEventListener("change", again);
  all.addEventListener("click", () => {
    const wanted = all.getAttribute("aria-pressed") !== "true";
    for (const entry of shown) open(entry, wanted);
  });
  const controls = document.getElementById("controls");
  controls.addEventListener("submit", (event) => event.preventDefault());
  controls.hidden = false;
  // on paper nothing can be unfolded, and no page turned
  const terms = document.getElementById("terms");
  let wasFolded = false;
  let turned = 0;
  addEventListener("beforeprint", () => {
    wasFolded = !terms.open;
    terms.open = true;
    turned = page;
    page = 0;
    show(data.printed);
  });
  addEventListener("afterprint", () => {
    terms.open = !wasFolded;
    page = turned;
    show();
  });
  // cells without digits are told where they are pointed at
  const dense = document.querySelector(".dense");
  if (dense) {
    const said = document.getElementById("cell");
    said.hidden = false;
    const across = dense.tHead.rows[0].cells;
    dense.addEventListener("pointerover", ({ target }) => {
      const cell = target.closest("td");
      if (!cell) return;
      const [name, segment] = [cell.parentElement.cells[0], across[cell.cellIndex]].map((one) => one.title || one.textContent);
      said.textContent = `${name} in ${segment}: ${cell.textContent.replace(/[a-z]+$/, " $&")}`;
    });
  }
  head[0].setAttribute("aria-sort", "ascending");
  sorter.value = "0 false";
  fold(folded);
})();
