/* The list under the search box: arrows choose, Enter opens, Escape closes. Without it the form finds the same.
   Markup: [data-search-box][role=combobox] with aria-controls naming a [role=listbox] that htmx fills. */
(function () {
  'use strict';
  var box = document.querySelector('[data-search-box][role="combobox"]');
  var list = box && document.getElementById(box.getAttribute('aria-controls'));
  if (!list) return;

  function options() { return Array.prototype.slice.call(list.querySelectorAll('[role="option"]')); }
  function chosen() { return options().findIndex(function (one) { return one.getAttribute('aria-selected') === 'true'; }); }

  function show(open) {
    list.hidden = !open;
    box.setAttribute('aria-expanded', String(open));
    if (!open) choose(-1);
  }

  function choose(index) {
    var all = options();
    all.forEach(function (one, at) { one.setAttribute('aria-selected', String(at === index)); });
    if (index >= 0) {
      box.setAttribute('aria-activedescendant', all[index].id);
      all[index].scrollIntoView({ block: 'nearest' });
    } else box.removeAttribute('aria-activedescendant');
  }

  box.addEventListener('keydown', function (event) {
    /* 229: the key belongs to an input method that is still composing. */
    if (event.isComposing || event.keyCode === 229 || list.hidden) return;
    var all = options();
    if ((event.key === 'ArrowDown' || event.key === 'ArrowUp') && all.length) {
      var step = event.key === 'ArrowDown' ? 1 : -1;
      choose((chosen() + step + all.length + (chosen() < 0 && step < 0 ? 1 : 0)) % all.length);
      event.preventDefault();
    } else if (event.key === 'Enter' && chosen() >= 0) {
      event.preventDefault();
      all[chosen()].click();
    } else if (event.key === 'Escape') {
      show(false);
      event.stopPropagation();
    }
  });

  document.addEventListener('htmx:afterSwap', function (event) {
    if (event.target === list) show(list.textContent.trim() !== '' && box.value.trim() !== '' && document.activeElement === box);
  });
  box.addEventListener('input', function () { if (!box.value.trim()) show(false); });
  box.addEventListener('focus', function () { if (box.value.trim() && options().length) show(true); });
  document.addEventListener('click', function (event) {
    if (!list.hidden && !list.contains(event.target) && event.target !== box) show(false);
  });
  document.addEventListener('focusin', function (event) {
    if (!list.hidden && !list.contains(event.target) && event.target !== box) show(false);
  });
})();
