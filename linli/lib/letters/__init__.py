"""Letters and agreements as Word and PDF, laid out after GB/T 9704 (A4, 37/35/28/26 mm, 16 pt, 22 lines a page).

One description, two forms: what people go on editing, and what is printed, signed and sealed.
"""

from linli.lib.letters.layout import Letter, Line, Table
from linli.lib.letters.pdf import NoFont, as_pdf, chinese_fonts
from linli.lib.letters.word import as_docx

__all__ = ["Letter", "Line", "NoFont", "Table", "as_docx", "as_pdf", "chinese_fonts"]
