/* Keeps what is being typed. <form data-draft="key"> saves its text fields on this device, for this person only
   (<meta name="owner">), gives them back when the server drew them empty, and forgets them on a page that carries
   data-draft-clear="key". Passwords, one-time codes, hidden fields and [data-no-draft] are never kept. */
(function () {
  'use strict';
  var owner = document.querySelector('meta[name=owner]');
  var prefix = 'linli-draft:' + (owner ? owner.content : '') + ':';
  var week = 7 * 24 * 3600 * 1000;

  function store(name, value) {
    try {
      if (value === null) localStorage.removeItem(prefix + name);
      else localStorage.setItem(prefix + name, JSON.stringify(value));
    } catch (error) { /* storage full or forbidden: typing goes on */ }
  }

  function load(name) {
    try {
      var kept = JSON.parse(localStorage.getItem(prefix + name));
      return kept && Date.now() - kept.at < week ? kept.fields : null;
    } catch (error) { return null; }
  }

  function keeps(field) {
    if (!field.name || field.hasAttribute('data-no-draft') || /one-time-code|password/.test(field.autocomplete || '')) return false;
    return field.tagName === 'TEXTAREA' || field.tagName === 'SELECT' ||
      (field.tagName === 'INPUT' && /^(text|search|tel|email|url|number|date|time|datetime-local|radio|checkbox)$/.test(field.type));
  }

  function fields(form) { return Array.prototype.filter.call(form.elements, keeps); }

  function save(form) {
    var kept = {};
    fields(form).forEach(function (field) {
      if (/^(radio|checkbox)$/.test(field.type)) {
        if (field.checked) (kept[field.name] = kept[field.name] || []).push(field.value);
      } else if (field.value) kept[field.name] = field.value;
    });
    store(form.getAttribute('data-draft'), { at: Date.now(), fields: kept });
  }

  function restore(form) {
    var kept = load(form.getAttribute('data-draft'));
    if (!kept) return;
    var drawn = fields(form).some(function (field) {
      return /^(radio|checkbox)$/.test(field.type) ? field.checked !== field.defaultChecked : field.tagName !== 'SELECT' && field.value;
    });
    if (drawn) return; /* the server's own text wins: it is newer, or the form came back with errors */
    var found = false;
    fields(form).forEach(function (field) {
      if (!(field.name in kept)) return;
      if (Array.isArray(kept[field.name])) field.checked = kept[field.name].indexOf(field.value) >= 0;
      else field.value = kept[field.name];
      found = true;
    });
    var notice = found && form.querySelector('[data-draft-restored]');
    if (notice) notice.hidden = false;
  }

  document.querySelectorAll('[data-draft-clear]').forEach(function (flag) { store(flag.getAttribute('data-draft-clear'), null); });
  document.querySelectorAll('form[data-draft]').forEach(restore);

  var timer;
  document.addEventListener('input', function (event) {
    var form = event.target.form;
    if (!form || !form.hasAttribute('data-draft')) return;
    clearTimeout(timer);
    timer = setTimeout(function () { save(form); }, 400);
  });
  document.addEventListener('linli:queued', function (event) {
    var key = event.target.getAttribute('data-draft');
    if (key) { clearTimeout(timer); store(key, null); }
  });
  /* A phone may end the page while its camera is open: save at once, before it opens. */
  document.addEventListener('click', function (event) {
    var form = event.target.form || (event.target.closest && event.target.closest('form[data-draft]'));
    if (event.target.type === 'file' && form && form.hasAttribute('data-draft')) save(form);
    var drop = event.target.closest && event.target.closest('[data-draft-drop]');
    if (drop) {
      form = drop.closest('form');
      store(form.getAttribute('data-draft'), null);
      form.reset();
      drop.closest('[data-draft-restored]').hidden = true;
    }
  });
})();
