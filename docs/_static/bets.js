// Bets: the reader answers, the page replies, and the folded answer opens. What was answered is
// kept on this device only. A classic script, not a module: it also runs in a page opened from disk.

"use strict";
{
  const MINUS = /[\u2212\u2013]/g;

  const GROUPED = /^-?[1-9]\d{0,2}(,\d{3})+(\.\d*)?$/;

  /** A number whose commas group thousands, or else one with a decimal comma. */
  function amount(text) {
    if (text === "") return NaN;
    return Number(GROUPED.test(text) ? text.replaceAll(",", "") : text.replace(",", "."));
  }

  /** A number as people write it: 1,234.5 or 1 234.5 or 0,5 or 3/4 or 50 %. */
  function number(text) {
    const plain = text.replace(MINUS, "-").replace(/[\s\u00a0\u202f%]/g, "");
    const parts = plain.split("/").map(amount);
    if (parts.length > 2 || parts.some(Number.isNaN)) return NaN;
    return parts.length === 2 ? parts[0] / parts[1] : parts[0];
  }

  /** The sizes in a shape: (2, 3) or 2×3 or 2 by 3. */
  const shape = (text) => (text.match(/-?\d+/g) ?? []).join(",");

  const word = (text) => text.trim().toLowerCase().replace(MINUS, "-");

  /** Whether two answers of a kind are the same one. */
  function same(kind, said, right, within = 0) {
    if (kind === "number") {
      return Math.abs(number(said) - number(right)) <= Number(within) + 1e-9;
    }
    return kind === "shape" ? shape(said) === shape(right) && shape(said) !== "" : word(said) === word(right);
  }

  const UNREADABLE = {
    number: "That is not a number. Try 12, 0.5 or 3/4.",
    shape: "That is not a shape. Try 2, 3 or 2×3.",
    word: "Type a word first.",
    choice: "Choose one first.",
  };

  /** What is wrong with an answer before it is compared, or nothing. */
  function unreadable(kind, said) {
    const empty = !said.trim();
    const wrong = (kind === "number" && Number.isNaN(number(said))) || (kind === "shape" && !shape(said));
    return empty || wrong ? UNREADABLE[kind] : "";
  }

  /** The folded answer that belongs to a form: the next one after its box. */
  function answerOf(form) {
    const box = form.closest(".admonition") ?? form;
    for (let next = box.nextElementSibling; next; next = next.nextElementSibling) {
      if (next.matches("details.sd-dropdown")) return next;
      if (next.matches(".admonition, h2, h3, section")) return null;
    }
    return null;
  }

  const decoded = (text) => new TextDecoder().decode(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)));

  function wake(form) {
    const { kind, within } = form.dataset;
    const right = decoded(form.dataset.answer);
    const reply = form.querySelector(".bet-reply");
    const key = `convbook:${location.pathname.split("/").pop()}:${form.id}`;
    const answer = answerOf(form);
    const said = () => new FormData(form).get(form.id) ?? "";

    function respond(open) {
      const problem = unreadable(kind, said());
      if (problem) {
        reply.textContent = problem;
        return;
      }
      const hit = same(kind, said(), right, within);
      const remark = [...form.querySelectorAll("[data-said]")].find((one) => same(kind, one.dataset.said, said()));
      reply.replaceChildren(hit ? "Right. " : "Not quite. ", ...(remark ? remark.cloneNode(true).childNodes : []));
      form.dataset.state = hit ? "right" : "wrong";
      if (hit && open && answer) answer.open = true;
      remember(said());
    }

    function remember(text) {
      try {
        if (text) localStorage.setItem(key, text);
        else localStorage.removeItem(key);
      } catch { /* a browser may keep nothing */ }
    }

    form.addEventListener("submit", (event) => {
      event.preventDefault();
      respond(true);
    });
    form.querySelector("button[type=button]").addEventListener("click", () => {
      reply.textContent = `The answer: ${right}.`;
      form.dataset.state = "shown";
      if (answer) answer.open = true;
    });
    form.addEventListener("input", () => {
      delete form.dataset.state;
      reply.textContent = "";
    });

    let kept = null;
    try {
      kept = localStorage.getItem(key);
    } catch { /* nothing kept */ }
    form.hidden = false;
    if (kept === null) return;
    for (const input of form.elements) {
      if (input.type === "radio") input.checked = input.value === kept;
      else if (input.name) input.value = kept;
    }
    respond(false);
  }

  for (const form of document.querySelectorAll("form.bet")) wake(form);
}
