/* A work queue by keyboard: J K X Enter / ? and any [data-key]; counts the bulk selection.
   Also sends `linli:search` from [data-search] once an input method has finished composing.
   Markup: [data-queue] > … [data-row] with one link and one [data-check]; [data-bulk] with [data-bulk-count]. */
(function () {
  'use strict';
  var off = /(?:^|; )linli_keys=off/.test(document.cookie);

  function rows() { return Array.prototype.slice.call(document.querySelectorAll('[data-queue] [data-row]')); }

  function current() {
    return rows().findIndex(function (row) { return row.hasAttribute('aria-current'); });
  }

  function go(index) {
    var all = rows();
    if (!all.length) return;
    index = Math.max(0, Math.min(all.length - 1, index));
    all.forEach(function (row) { row.removeAttribute('aria-current'); });
    all[index].setAttribute('aria-current', 'true');
    var link = all[index].querySelector('a');
    if (link) link.focus({ preventScroll: true });
    all[index].scrollIntoView({ block: 'nearest' });
  }

  function count() {
    var bar = document.querySelector('[data-bulk]');
    if (!bar) return;
    var checked = document.querySelectorAll('[data-queue] [data-check]:checked').length;
    bar.hidden = !checked;
    bar.querySelectorAll('[data-bulk-count]').forEach(function (place) { place.textContent = checked; });
    var all = document.querySelector('[data-check-all]');
    if (all) {
      all.checked = checked > 0 && checked === rows().length;
      all.indeterminate = checked > 0 && checked < rows().length;
    }
  }

  function editing(element) {
    return (/^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName) && !/^(checkbox|radio|button)$/.test(element.type)) ||
      element.isContentEditable;
  }

  function press(key) {
    var at = current();
    if (key === 'j') go(at + 1);
    else if (key === 'k') go(at - 1);
    else if (key === 'x' && at >= 0) {
      var box = rows()[at].querySelector('[data-check]');
      if (box) { box.checked = !box.checked; count(); }
    } else if (key === '/') {
      var search = document.querySelector('[data-search-box]');
      if (!search) return false;
      search.focus();
    } else if (key === '?') {
      var help = document.getElementById('keys');
      if (!help || !help.showModal) return false;
      help.showModal();
    } else {
      var target = /^[a-z0-9]$/.test(key) && document.querySelector('[data-key="' + key + '"]');
      if (!target || target.getAttribute('aria-disabled') === 'true') return false;
      target.click();
    }
    return true;
  }

  document.addEventListener('keydown', function (event) {
    /* 229: the key belongs to an input method that is still composing. */
    if (off || event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey) return;
    if (editing(event.target)) {
      if (event.key === 'Escape') event.target.blur();
      return;
    }
    if (document.querySelector('dialog[open]')) return;
    if (press(event.key.toLowerCase())) event.preventDefault();
  });

  document.addEventListener('change', function (event) {
    if (event.target.hasAttribute('data-check-all')) {
      document.querySelectorAll('[data-queue] [data-check]').forEach(function (box) { box.checked = event.target.checked; });
      count();
    } else if (event.target.hasAttribute('data-check')) count();
  });
  document.addEventListener('htmx:afterSwap', count);

  var composing = false;
  var timer;
  function searchSoon(input) {
    clearTimeout(timer);
    timer = setTimeout(function () { input.dispatchEvent(new CustomEvent('linli:search', { bubbles: true })); }, 300);
  }
  function isSearch(event) { return event.target.hasAttribute && event.target.hasAttribute('data-search'); }
  document.addEventListener('compositionstart', function (event) {
    if (isSearch(event)) { composing = true; clearTimeout(timer); }
  });
  document.addEventListener('compositionend', function (event) {
    if (isSearch(event)) { composing = false; searchSoon(event.target); }
  });
  document.addEventListener('input', function (event) {
    if (isSearch(event) && !composing) searchSoon(event.target);
  });
  count();
})();
