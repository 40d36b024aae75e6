-- Values that are no numbers, such as the best genotype of an architecture search; NULL for the others.
ALTER TABLE points ADD COLUMN text TEXT;
ALTER TABLE metrics ADD COLUMN text TEXT;
