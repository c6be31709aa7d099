/* Forms of moves and reports: standard texts, the preview of what the resident reads, a chosen suggestion.
   Everything here is a convenience; the forms work without it. */
(function () {
  'use strict';
  function field(element, name) { return document.querySelector(element.getAttribute(name)); }

  function draw(box) {
    var source = field(box, 'data-preview');
    var text = source ? source.value.trim() : '';
    box.hidden = !text;
    box.querySelector('[data-preview-text]').textContent = text;
  }

  function drawAll() { document.querySelectorAll('[data-preview]').forEach(draw); }

  document.querySelectorAll('[data-texts]').forEach(function (box) { box.hidden = false; });
  document.addEventListener('input', drawAll);
  window.addEventListener('pageshow', drawAll);

  document.addEventListener('click', function (event) {
    var button = event.target.closest && event.target.closest('[data-insert], [data-choose]');
    if (!button) return;
    var target = field(button, button.hasAttribute('data-insert') ? 'data-insert' : 'data-choose');
    if (!target) return;
    if (button.hasAttribute('data-choose')) target.value = button.getAttribute('data-value');
    else target.value = target.value ? target.value.replace(/\s*$/, '\n') + button.textContent : button.textContent;
    target.dispatchEvent(new Event('input', { bubbles: true }));
    target.focus();
  });
})();
