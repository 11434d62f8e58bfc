"""The measures: mIoU, agreement of two runs, precision and recall of findings, quantiles."""
