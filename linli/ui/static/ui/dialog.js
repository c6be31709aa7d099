/* [data-dialog="#id"] opens a <dialog>. Without JavaScript, or in Safari 14, the link leads to a page instead. */
(function () {
  'use strict';
  document.addEventListener('click', function (event) {
    var opener = event.target.closest && event.target.closest('[data-dialog]');
    if (opener) {
      var dialog = document.querySelector(opener.getAttribute('data-dialog'));
      if (!dialog || !dialog.showModal) return;
      event.preventDefault();
      dialog.showModal();
      var first = dialog.querySelector('[autofocus], input:not([type=hidden]), textarea, select');
      if (first) first.focus();
      return;
    }
    var closer = event.target.closest && event.target.closest('[data-dialog-close]');
    if (closer) closer.closest('dialog').close();
    else if (event.target.tagName === 'DIALOG') {
      /* A click on the dimmed surroundings closes; one inside the box does not. */
      var box = event.target.getBoundingClientRect();
      if (event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom) event.target.close();
    }
  });
})();
