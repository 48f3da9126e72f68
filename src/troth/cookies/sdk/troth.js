// The SDK for sites: shows the choices, keeps the answer, loads what it allows, and keeps out what nobody declared.
// It is followed by the interface as its argument. It stores nothing before a choice, and asks nobody but its own server.
(function (c) {
  "use strict";
  var d = document, w = window, n = navigator, W = c.words, OWN = "troth_choice";
  if (w.troth) return;
  var signal = c.signal || n.globalPrivacyControl === true;
  var cookies = Object.getOwnPropertyDescriptor(Document.prototype, "cookie");
  var started = {}, reported = {}, channel, root, panel, control, live;

  // --- what was chosen ---------------------------------------------------------------------------------------------

  function jar() {
    return cookies.get.call(d);
  }
  function each(list, act) {
    return Array.prototype.forEach.call(list, act);
  }
  function stored() {
    var found = jar().match(/(?:^|; )troth_choice=([^;]*)/);
    try {
      var one = found && JSON.parse(decodeURIComponent(found[1]));
      return one && one.s === c.scope && Array.isArray(one.y) ? one : null;
    } catch (e) {
      return null;
    }
  }
  function put(name, value, age) {
    cookies.set.call(d, name + "=" + value + ";path=/;max-age=" + age + ";samesite=lax" +
      (c.domain ? ";domain=" + c.domain : "") + (location.protocol === "https:" ? ";secure" : ""));
  }
  function keep(one) {
    put(OWN, encodeURIComponent(JSON.stringify(one)), c.lasts);
  }
  // A later choice outweighs the signal, the signal outweighs an earlier choice and what is on by itself.
  function settled() {
    var one = stored();
    return one && (!signal || one.g) ? one : null;
  }
  function isOn(choice) {
    var one = settled();
    if (choice.mode === "shut") return false;
    if (one) return one.y.indexOf(choice.id) >= 0;
    return choice.mode === "necessary" || (choice.mode === "open" && !signal);
  }
  function allows(purpose) {
    var mine = c.choices.filter(function (one) { return one.purposes.indexOf(purpose) >= 0; });
    return mine.length > 0 && mine.every(isOn);
  }
  function allowsItem(id) {
    return c.choices.some(function (one) {
      return isOn(one) && one.items.some(function (item) { return item.id === id; });
    });
  }

  // --- what may load -----------------------------------------------------------------------------------------------

  function may(el) {
    return el.dataset.point ? allowsItem(el.dataset.point) : allows(el.dataset.purpose);
  }
  function start(el) {
    if (el.dataset.started || !may(el)) return;
    el.dataset.started = 1;
    started[el.dataset.point ? "i:" + el.dataset.point : "p:" + el.dataset.purpose] = el;
    if (el.tagName !== "SCRIPT") {
      el.src = el.dataset.src;
      return;
    }
    var s = d.createElement("script");
    each(el.attributes, function (a) {
      if (!/^(type|data-(src|type|purpose|point|started))$/.test(a.name)) s.setAttribute(a.name, a.value);
    });
    if (el.dataset.type) s.type = el.dataset.type;
    if (el.dataset.src) s.src = el.dataset.src;
    if (el.nonce) s.nonce = el.nonce;
    s.text = el.text;
    el.parentNode.insertBefore(s, el.nextSibling);
  }
  function load() {
    each(d.querySelectorAll('script[type="text/plain"][data-purpose],script[type="text/plain"][data-point],' +
      "img[data-src][data-purpose],iframe[data-src][data-purpose],img[data-src][data-point],iframe[data-src][data-point]"), start);
  }
  // What runs cannot be stopped: a page in which something was turned off begins anew.
  function stopped() {
    return Object.keys(started).some(function (key) { return !may(started[key]); });
  }

  // --- what nobody declared ----------------------------------------------------------------------------------------

  function item(name) {
    for (var i = 0; i < c.choices.length; i++)
      for (var j = 0; j < c.choices[i].items.length; j++) {
        var one = c.choices[i].items[j];
        if (one.names.some(function (x) {
          return x.slice(-1) === "*" ? name.indexOf(x.slice(0, -1)) === 0 : x === name;
        })) return one;
      }
    return null;
  }
  function report(what, name, refused) {
    var key = what + name;
    if (reported[key]) return;
    reported[key] = 1;
    send("seen", { what: what, name: name.slice(0, 64), refused: refused });
  }
  // Whether an item may be there; one that nobody declared is told of.
  function fits(what, name, refused) {
    if (name === OWN) return true;
    var found = item(name);
    if (!found) report(what, name, refused && c.strict);
    return found ? allowsItem(found.id) : !c.strict;
  }
  function wipe(name) {
    var host = location.hostname.split("."), i;
    cookies.set.call(d, name + "=;path=/;max-age=0");
    for (i = 0; i < host.length - 1; i++) cookies.set.call(d, name + "=;path=/;max-age=0;domain=" + host.slice(i).join("."));
  }
  function sweep() {
    each(jar().split("; "), function (one) {
      var name = one.split("=")[0];
      if (name && !fits("cookie", name, false)) wipe(name);
    });
    each([w.localStorage, w.sessionStorage], function (box) {
      each(Object.keys(box), function (name) {
        if (!fits("local_storage", name, false)) box.removeItem(name);
      });
    });
  }
  function guard() {
    Object.defineProperty(d, "cookie", {
      configurable: true,
      get: jar,
      set: function (text) {
        if (fits("cookie", String(text).split("=")[0].trim(), true)) cookies.set.call(d, text);
      }
    });
    var set = Storage.prototype.setItem;
    Storage.prototype.setItem = function (name, value) {
      if (fits("local_storage", String(name), true)) set.call(this, name, value);
    };
  }

  // --- telling the server ------------------------------------------------------------------------------------------

  function send(route, body) {
    return fetch(c.base + route, {
      method: "POST", mode: "cors", credentials: "omit", keepalive: true, referrerPolicy: "no-referrer",
      headers: { "content-type": "application/json" }, body: JSON.stringify(body)
    }).catch(function () { return { ok: false, status: 0 }; });
  }
  function tell(one) {
    send("choice", {
      visitor: one.i, policy: c.policy, interface: c.digest, language: c.language, on: one.y, signal: !!one.g
    }).then(function (answer) {
      var now = stored();
      if (answer.ok && now && now.i === one.i && now.t === one.t) {
        now.r = 1;
        keep(now);
      }
    });
  }
  function name() {
    var bytes = crypto.getRandomValues(new Uint8Array(16)), text = "";
    each(bytes, function (b) { text += (b + 256).toString(16).slice(1); });
    return text;
  }
  function choose(on) {
    var before = stored(), one = { i: before ? before.i : name(), s: c.scope, y: on, g: signal ? 1 : 0, t: Date.now(), r: 0 };
    keep(one);
    tell(one);
    close(true);
    live.textContent = W.done;
    if (channel) channel.postMessage(1);
    changed();
  }
  function changed() {
    d.dispatchEvent(new CustomEvent("troth:choice"));
    if (stopped()) return w.setTimeout(function () { location.reload(); }, 0);
    sweep();
    load();
  }

  // --- what is shown -----------------------------------------------------------------------------------------------

  function el(tag, attributes, inside) {
    var made = d.createElement(tag);
    Object.keys(attributes || {}).forEach(function (key) { made.setAttribute(key, attributes[key]); });
    (Array.isArray(inside) ? inside : inside ? [inside] : []).forEach(function (one) { if (one) made.append(one); });
    return made;
  }
  function button(text, act, more) {
    var made = el("button", Object.assign({ type: "button" }, more), text);
    made.addEventListener("click", act);
    return made;
  }
  function ids(test) {
    return c.choices.filter(function (one) { return one.mode !== "shut" && test(one); }).map(function (one) { return one.id; });
  }
  function about(one) {
    return el("li", {}, one.label + " (" + W[one.what] + (one.names.length ? " " + one.names.join(", ") : "") + ")" +
      (one.for ? ": " + one.for : "") + (one.vendor ? ". " + one.vendor : "") +
      (one.lasts ? ". " + W.lasts + " " + (one.lasts === "session" ? W.session : one.lasts) : ""));
  }
  function row(choice) {
    var box = el("input", { type: "checkbox", id: choice.id, value: choice.id });
    box.checked = isOn(choice);
    box.disabled = choice.mode === "shut";
    return el("fieldset", {}, [
      el("legend", {}, el("label", {}, [box, " ", choice.label])),
      el("p", { class: "q" }, W[choice.mode] + (choice.cost ? ". " + choice.cost : "")),
      el("ul", {}, choice.items.map(about))
    ]);
  }
  function build() {
    var host = el("div", { id: "troth", lang: c.language });
    root = host.attachShadow({ mode: "open" });
    try {
      var sheet = new CSSStyleSheet();
      sheet.replaceSync(c.css);
      root.adoptedStyleSheets = [sheet];
    } catch (e) {
      root.append(el("style", {}, c.css));
    }
    var form = el("div", { id: "more", hidden: "" }, c.choices.map(row).concat(c.notices.map(function (one) {
      return el("p", { class: "q" }, one.label + ": " + one.says.join("; "));
    })));
    var more = button(W.choose, function () {
      form.hidden = !form.hidden;
      more.setAttribute("aria-expanded", String(!form.hidden));
      save.hidden = form.hidden;
    }, { "aria-expanded": "false", "aria-controls": "more" });
    var save = button(W.save, function () {
      var on = [];
      each(form.querySelectorAll("input:checked"), function (box) { on.push(box.value); });
      choose(on);
    }, { hidden: "" });
    panel = el("section", { "aria-labelledby": "t", hidden: "" }, [
      el("h2", { id: "t", tabindex: "-1" }, W.title),
      el("p", {}, [c.lead, c.link ? " " : "", c.link ? el("a", { href: c.link }, W.policy) : ""]),
      signal ? el("p", {}, W.signal) : "",
      form,
      el("div", { class: "b" }, [
        button(W.reject, function () { choose(ids(function (one) { return one.mode === "necessary"; })); }, { id: "reject" }),
        button(W.accept, function () { choose(ids(function () { return true; })); }, { id: "accept" }),
        more, save
      ]),
      el("p", { class: "q" }, W.kept)
    ]);
    panel.addEventListener("keydown", function (e) { if (e.key === "Escape" && settled()) close(true); });
    control = button(W.control, function () { panel.hidden ? open(true) : close(true); }, { class: "c", "aria-expanded": "false" });
    live = el("p", { role: "status", class: "v" });
    root.append(panel, control, live);
    d.body.prepend(host);
    if (!stored() && !signal) open(false);
  }
  function open(asked) {
    each(panel.querySelectorAll("input"), function (box) {
      box.checked = c.choices.some(function (one) { return one.id === box.value && isOn(one); });
    });
    panel.hidden = false;
    control.setAttribute("aria-expanded", "true");
    if (asked) panel.querySelector("h2").focus();
  }
  function close(back) {
    panel.hidden = true;
    control.setAttribute("aria-expanded", "false");
    if (back) control.focus();
  }

  // --- from here on ------------------------------------------------------------------------------------------------

  guard();
  w.troth = { allows: allows, allowsItem: allowsItem, open: function () { open(true); } };
  function ready() {
    if (c.choices.length) build();
    sweep();
    load();
    new MutationObserver(load).observe(d.documentElement, { childList: true, subtree: true });
    w.setInterval(sweep, 2000);
    var one = stored();
    if (one && !one.r) tell(one);
    if (signal && !c.signal && !one) send("signal", {});
    if (w.BroadcastChannel) {
      channel = new BroadcastChannel("troth");
      channel.onmessage = changed;
    }
  }
  if (d.body) ready();
  else d.addEventListener("DOMContentLoaded", ready);
})
