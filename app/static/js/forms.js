/* Shows our own messages, in the reader's language, where the browser would show its own. */
"use strict";

const rules = [
  ["valueMissing", "requiredMessage"],
  ["tooShort", "lengthMessage"],
  ["tooLong", "lengthMessage"],
  ["patternMismatch", "patternMessage"],
  ["typeMismatch", "typeMessage"],
];

function findMessage(field) {
  for (const [fault, message] of rules) {
    if (field.validity[fault]) return field.dataset[message] || field.validationMessage;
  }
  if (isDifferent(field)) return field.dataset.equalMessage;
  return field.validity.valid ? "" : field.validationMessage;
}

function isDifferent(field) {
  const other = field.dataset.equalTo && field.form.elements[field.dataset.equalTo];
  return Boolean(other) && other.value !== field.value;
}

function findPlace(field) {
  const id = `${field.id}-errors`;
  let place = document.getElementById(id);
  if (place) return place;
  place = document.createElement("p");
  place.id = id;
  place.className = "field-errors";
  field.closest(".field").append(place);
  return place;
}

function describe(field, hasErrors) {
  const id = `${field.id}-errors`;
  const ids = (field.getAttribute("aria-describedby") || "").split(" ").filter((one) => one && one !== id);
  if (hasErrors) ids.push(id);
  if (ids.length) field.setAttribute("aria-describedby", ids.join(" "));
  else field.removeAttribute("aria-describedby");
}

function show(field, message) {
  findPlace(field).textContent = message;
  field.classList.toggle("is-invalid", Boolean(message));
  if (message) field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
  describe(field, Boolean(message));
}

function check(field) {
  const message = findMessage(field);
  show(field, message);
  return !message;
}

for (const form of document.querySelectorAll("form[data-own-messages]")) {
  const fields = [...form.elements].filter((one) => one.willValidate && one.closest(".field"));
  form.noValidate = true;
  for (const field of fields) {
    // A message goes away as soon as it is heeded, and comes only when the form is sent.
    field.addEventListener("input", () => {
      if (field.classList.contains("is-invalid")) check(field);
    });
  }
  form.addEventListener("submit", (event) => {
    const wrong = fields.filter((field) => !check(field));
    if (!wrong.length) return;
    event.preventDefault();
    wrong[0].focus();
  });
}
