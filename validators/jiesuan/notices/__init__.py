"""What the notices ask for beside the settlement tables: deadlines, forms about institutions, the package to hand in."""
