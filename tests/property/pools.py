"""The few codes and words that random rules, tables and requests share, so that they meet."""
from __future__ import annotations

CODES = ("A100", "A101", "A200", "B100", "B101")
GENERICS = ("甲药", "乙药", "丙药")
PRODUCTS = ("甲产品", "乙产品")
ICD10 = ("I10", "I63.9", "I63.900", "C44.3", "C18.0", "O26.9", "H36.0", "M10.9")
OPERATIONS = ("81.65", "81.66", "36.01")
DEPARTMENTS = ("A01", "A02", "A10")
CHRONIC = ("高血压", "糖尿病")
SPECIALTIES = ("综合", "眼科")
