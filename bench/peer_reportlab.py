"""ReportLab writes the report of docs/PDF.md: the same texts, table, images, code and fonts, COUNT times; prints how many a second of a processor.

    peer_reportlab.py COUNT TEXTS      TEXTS: what write_samples wrote beside the PDF"""
import io
import sys
import time

from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Image, PageBreak, Paragraph, SimpleDocTemplate, Table

FONTS = "/usr/share/fonts/truetype/noto/NotoSans-"
QUIET = b"P5 256 256 255\n"


def grey_image(seed):
    pixels = bytearray(256 * 256)
    for i in range(len(pixels)):
        seed = (seed * 1664525 + 1013904223) % 2**32
        pixels[i] = 120 + (seed >> 28)
    return QUIET + bytes(pixels)


def render(texts, images):
    body, bold = ParagraphStyle("body", fontName="Noto", fontSize=10, leading=14.6), ParagraphStyle("bold", fontName="Noto-Bold", fontSize=12, leading=18)
    flow = [Paragraph(line, bold if len(line) < 30 else body) for line in texts]
    flow[30:30] = [Table([texts[i:i + 4] for i in range(24, 40, 4)], style=[("FONTNAME", (0, 0), (-1, -1), "Noto")])]
    code = QrCodeWidget("https://gantry.example/verify/V3k9s0Qd1pYw7aBc2eFgHi", barHeight=84, barWidth=84)
    drawing = Drawing(84, 84)
    drawing.add(code)
    flow += [PageBreak(), Image(io.BytesIO(images[0]), 230, 230), Image(io.BytesIO(images[1]), 230, 230), drawing]

    def footer(canvas, _):
        canvas.setFont("Noto", 7.5)
        canvas.drawString(51, 40, texts[-1])
        canvas.drawRightString(544, 40, f"Page {canvas.getPageNumber()} of 2")
    out = io.BytesIO()
    SimpleDocTemplate(out, pagesize=A4, title=texts[4]).build(flow, onFirstPage=footer, onLaterPages=footer)
    return out.getvalue()


def main():
    pdfmetrics.registerFont(TTFont("Noto", FONTS + "Regular.ttf"))
    pdfmetrics.registerFont(TTFont("Noto-Bold", FONTS + "Bold.ttf"))
    with open(sys.argv[2], encoding="utf-8") as file:
        texts = file.read().splitlines()
    images = [grey_image(1), grey_image(2)]
    ImageReader(io.BytesIO(images[0]))
    render(texts, images)
    start = time.process_time()
    for _ in range(int(sys.argv[1])):
        render(texts, images)
    print(f"rate={int(sys.argv[1]) / (time.process_time() - start):.2f}")


main()
