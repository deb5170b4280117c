"use strict";
(() => {
  // Everything in `data` was said by devices: it becomes text of elements, never markup.
  const data = JSON.parse(document.getElementById("data").textContent);
  const at = (id) => document.getElementById(id);
  const PAGE = 100;
  const devices = data.devices;
  const rows = at("rows"), search = at("search"), kind = at("kind"), isNew = at("new"), more = at("more");
  let chosen = devices, shown = 0, by = "place", down = false;

  devices.forEach((d, place) => {
    d.place = place;
    d.text = [
      d.name, d.vendor, d.kind, d.category, d.model, d.os, d.firmware, d.serial, d.id, d.new ? "new" : "", d.state, d.network, ...d.noted.flat(), ...d.addresses, ...d.macs,
      ...d.names.flat(), ...d.because.map((r) => r[0]), ...d.evidence.flatMap((e) => [e[1], e[2]]),
    ].join("\n").toLowerCase();
  });

  function element(name, attributes, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) if (value !== undefined) made.setAttribute(key, value);
    made.append(...children.filter((child) => child !== undefined && child !== ""));
    return made;
  }

  function drawn(name, attributes, ...children) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  }

  const allNew = devices.every((d) => d.new);  // in a first scan that is no news
  const minute = (time) => time.slice(0, 16).replace("T", " ");
  const dot = (category) => element("span", { class: "dot " + category, "aria-hidden": "true" });
  // How many more of its family there are: that a device has IPv6 as well is no news.
  const firstOf = (list) => {
    const others = list.filter((one) => one.includes(".") === list[0].includes(".")).length - 1;
    return list.length ? list[0] + (others > 0 ? ` +${others}` : "") : "";
  };
  const kindOf = (d) => element("span", { class: "kind" }, dot(d.category), element("b", {}, d.kind));

  // When the fields of a strip begin and end, where all scans were of one network.
  const between = (d) => d.presence.length === data.looks.length ? `, ${minute(data.looks[0])} to ${minute(data.looks.at(-1))}` : "";

  // One field a scan where earlier scans are known; else a bar from the first time to the last.
  function strip(d, width) {
    const seen = d.presence ? [...d.presence].filter((c) => c === "1").length : 0;
    const asked = d.presence ? [...d.presence].filter((c) => c !== "-").length : 0;
    const says = d.presence ? `seen in ${seen} of ${asked} scans${between(d)}` : `seen from ${minute(d.first)} to ${minute(d.last)}`;
    const svg = drawn("svg", { class: "strip", viewBox: `0 0 ${width} 12`, preserveAspectRatio: "none", role: "img", "aria-label": says });
    svg.append(drawn("title", {}, says));
    if (d.presence) {
      const step = width / d.presence.length, field = Math.max(step - 1, step * 0.7).toFixed(2);
      const paths = { here: "", asleep: "", missing: "", unasked: "" };
      // One element for all fields alike: thousands of rectangles are slow.
      const left = d.state === "gone" ? d.presence.lastIndexOf("1") : d.presence.length;  // who came back had only slept
      [...d.presence].forEach((c, n) => {
        const how = c === "1" ? "here" : c === "-" ? "unasked" : n > left ? "missing" : "asleep";
        const high = { here: 12, asleep: 6 }[how] || 4;
        paths[how] += `M${(n * step).toFixed(2)} ${(12 - high) / 2}h${field}v${high}h-${field}z`;
      });
      for (const how in paths) if (paths[how]) svg.append(drawn("path", { class: how, d: paths[how] }));
    } else {
      const from = Date.parse(data.first), whole = Math.max(Date.parse(data.last) - from, 1);
      const x = (Date.parse(d.first) - from) / whole * width, end = (Date.parse(d.last) - from) / whole * width;
      svg.append(drawn("rect", { class: "unasked", x: 0, y: 5, width, height: 2 }));
      svg.append(drawn("rect", { class: "here", x: Math.min(x, width - 2), y: 2, width: Math.max(end - x, 2), height: 8 }));
    }
    return svg;
  }

  function row(d) {
    const name = element("button", { type: "button", class: "open-close", "aria-expanded": "false" },
      d.name ? d.name : element("span", { class: "nameless" }, "no name"));
    const first = element("td", {}, name);
    if (d.state && d.state !== "unasked") first.append(element("span", { class: "badge " + d.state }, d.state));
    if (d.you) first.append(element("span", { class: "badge" }, "you"));
    if (d.new && !allNew) first.append(element("span", { class: "badge" }, "new"));
    const made = element("tr", { class: "device" }, first,
      element("td", { class: "mono" }, firstOf(d.addresses) || "-"),
      element("td", {}, kindOf(d)),
      element("td", { class: "number" }, d.sure),
      element("td", {}, d.make || [d.vendor, d.model].filter(Boolean).join(", ")),
      element("td", { class: "mono mac" }, firstOf(d.macs)),
      element("td", { class: "time" }, minute(d.first).slice(0, 10)),
      element("td", { class: "time" }, minute(d.last)),
      element("td", {}, strip(d, 100)));
    name.addEventListener("click", () => {
      const isOpen = name.getAttribute("aria-expanded") === "true";
      name.setAttribute("aria-expanded", String(!isOpen));
      if (isOpen) made.nextSibling.remove();
      else made.after(element("tr", { class: "details" }, element("td", { colspan: "9" }, about(d))));
    });
    return made;
  }

  function about(d) {
    const list = element("dl");
    const facts = [
      ["kind", d.sure ? `${d.kind}, ${d.sure} sure` : d.kind], ["perhaps", d.alternatives.map((a) => a.join(" ")).join(", ")],
      ...d.noted, ["vendor", d.vendor], ["model", d.model], ["system", d.os], ["firmware", d.firmware], ["serial", d.serial], ["addresses", d.addresses.join(", ")],
      ["MAC", d.macs.join(", ")], ["names", d.names.map((n) => `${n[0]} (${n[1]})`).join(", ")],
      ["round trip", d.rtt === undefined ? "" : `${d.rtt} ms`], ["first seen", minute(d.first)], ["last seen", minute(d.last)],
      ["network", d.network], ["id", d.id],
    ];
    for (const [term, value] of facts) if (value) list.append(element("dt", {}, term), element("dd", {}, value));
    list.append(element("dt", {}, "presence"), element("dd", {}, strip(d, 360),
      element("div", { class: "soft" }, d.presence ? `a field a scan, the latest at the right${between(d)}; half as high and yellow: silent; low and red: silent since it left; grey: not asked` : "")));
    const why = element("div", {}, element("h3", {}, "Why"));
    if (d.because.length) {
      why.append(element("ul", {}, ...d.because.map(([says, weight, on]) =>
        element("li", { class: weight < 0 ? "against" : "" }, says, element("div", { class: "soft" },
          `weight ${weight > 0 ? "+" : ""}${weight}`,
          on.length ? " · from " + on.map((n) => d.evidence[n]).filter(Boolean).map((e) => e[1]).join(", ") : "")))));
    } else why.append(element("p", { class: "soft" }, "Too little was heard to say."));
    const heard = element("tbody");
    for (const [address, key, value, probe, seen] of d.evidence) {
      heard.append(element("tr", {}, element("td", { class: "mono" }, address), element("td", { class: "mono" }, key),
        element("td", {}, value), element("td", { class: "soft" }, probe), element("td", { class: "soft time" }, minute(seen || d.last))));
    }
    const head = element("tr", {}, ...["address", "key", "value", "probe", "heard"].map((t) => element("th", { scope: "col" }, t)));
    const evidence = element("div", { class: "wide" }, element("h3", {}, `Evidence (${d.evidence.length + (d.untold || 0)})`),
      element("table", {}, element("thead", {}, head), heard));
    if (d.untold) evidence.append(element("p", { class: "soft" }, `and ${d.untold} more: netinv show ${d.id}`));
    return element("div", { class: "about" }, element("div", {}, list), why, evidence);
  }

  function extend(until) {
    const part = document.createDocumentFragment();
    for (; shown < Math.min(until, chosen.length); shown++) part.append(row(chosen[shown]));
    rows.append(part);
    more.hidden = shown >= chosen.length;
    more.textContent = `Show more (${(chosen.length - shown).toLocaleString("en")} left)`;
  }

  const PLAIN = {
    place: (d) => d.place, name: (d) => (d.name || "\uffff").toLowerCase(), kind: (d) => d.kind, sure: (d) => d.confidence,
    vendor: (d) => (d.vendor || "\uffff").toLowerCase(), mac: (d) => d.macs[0] || "\uffff", first: (d) => d.first, last: (d) => d.last,
  };

  function update() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    chosen = devices.filter((d) =>
      (!kind.value || d.kind === kind.value) && (!isNew.checked || d.new) && words.every((word) => d.text.includes(word)));
    const key = PLAIN[by], sign = down ? -1 : 1;
    chosen.sort((a, b) => { const x = key(a), y = key(b); return x < y ? -sign : x > y ? sign : a.place - b.place; });
    rows.replaceChildren();
    shown = 0;
    extend(PAGE);
    at("count").textContent = chosen.length === devices.length ? `${devices.length.toLocaleString("en")} devices`
      : `${chosen.length.toLocaleString("en")} of ${devices.length.toLocaleString("en")} devices`;
    for (const button of document.querySelectorAll(".kinds button"))
      button.setAttribute("aria-pressed", String(button.dataset.kind === kind.value && kind.value !== ""));
  }

  // Where everything was seen at one time only, there is no presence to show.
  if (data.looks.length < 2 && devices.every((d) => minute(d.first) === minute(d.last))) at("table").classList.add("timeless");
  for (const name of [...new Set(devices.map((d) => d.kind))].sort()) kind.append(element("option", { value: name }, name));
  for (const button of document.querySelectorAll(".kinds button")) {
    button.addEventListener("click", () => {
      kind.value = kind.value === button.dataset.kind ? "" : button.dataset.kind;
      update();
    });
  }
  for (const head of document.querySelectorAll("th[data-by]")) {
    head.firstElementChild.addEventListener("click", () => {
      down = by === head.dataset.by ? !down : head.dataset.by === "sure";
      by = head.dataset.by;
      for (const other of document.querySelectorAll("th[data-by]")) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      update();
    });
  }
  search.addEventListener("input", update);
  kind.addEventListener("change", update);
  isNew.addEventListener("change", update);
  search.form.addEventListener("submit", (event) => event.preventDefault());
  search.form.addEventListener("reset", () => setTimeout(update));
  more.addEventListener("click", () => extend(shown + PAGE));
  const picture = document.querySelector(".picture");
  const fade = () => picture.classList.toggle("goes-on", picture.scrollWidth - picture.clientWidth - picture.scrollLeft > 4);
  picture.addEventListener("scroll", fade, { passive: true });
  new ResizeObserver(fade).observe(picture);
  window.addEventListener("beforeprint", () => extend(Math.max(shown, 2000)));
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && document.activeElement !== search) { event.preventDefault(); search.focus(); }
  });
  update();
  fade(); // not only when a frame is drawn: a window in the background draws none
})();
