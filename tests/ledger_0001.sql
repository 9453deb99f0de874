-- A ledger as the first schema (0001) made it, with values of each kind. Frozen: later schemas must be able to take it over.
BEGIN TRANSACTION;
CREATE TABLE audit (
	id INTEGER NOT NULL, 
	metric TEXT NOT NULL, 
	week_ending DATE NOT NULL, 
	result TEXT NOT NULL, 
	expected DOUBLE, 
	derived DOUBLE, 
	at DATETIME NOT NULL, 
	author TEXT NOT NULL, 
	author_verified BOOLEAN NOT NULL, 
	note TEXT NOT NULL, 
	definition TEXT NOT NULL, 
	CONSTRAINT pk_audit PRIMARY KEY (id)
);
INSERT INTO "audit" VALUES(1,'signups','2026-11-01','mismatch',1200.0,1180.0,'2026-11-09 10:30:00.123456','ana@lumen.example',1,'refunds counted','sum of signups');
CREATE TABLE definition_change (
	id INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	refresh INTEGER, 
	metric TEXT NOT NULL, 
	part TEXT NOT NULL, 
	"before" TEXT, 
	"after" TEXT, 
	CONSTRAINT pk_definition_change PRIMARY KEY (id), 
	CONSTRAINT fk_definition_change_refresh FOREIGN KEY(refresh) REFERENCES refresh (number)
);
INSERT INTO "definition_change" VALUES(1,'2026-11-09 10:30:00.123456',2,'rate','formula','a / b','a / c');
CREATE TABLE entry (
	id INTEGER NOT NULL, 
	metric TEXT NOT NULL, 
	day DATE NOT NULL, 
	value DOUBLE, 
	at DATETIME NOT NULL, 
	author TEXT NOT NULL, 
	author_verified BOOLEAN NOT NULL, 
	note TEXT NOT NULL, 
	CONSTRAINT pk_entry PRIMARY KEY (id)
);
INSERT INTO "entry" VALUES(1,'nps','2026-11-01',41.0,'2026-11-02 09:30:00.123456','ana@lumen.example',1,'survey of October');
INSERT INTO "entry" VALUES(2,'nps','2026-11-01',42.5,'2026-11-02 10:30:00.123456','Ben',0,'it''s "corrected" ✔');
INSERT INTO "entry" VALUES(3,'churn','2026-11-01',NULL,'2026-11-02 10:30:00.123456','Ben',0,'');
CREATE TABLE northstar_ledger_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT northstar_ledger_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "northstar_ledger_version" VALUES('0001');
CREATE TABLE refresh (
	number INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	review_week DATE, 
	tree_sha256 TEXT NOT NULL, 
	state_json TEXT NOT NULL, 
	CONSTRAINT pk_refresh PRIMARY KEY (number), 
	CONSTRAINT fk_refresh_tree_sha256 FOREIGN KEY(tree_sha256) REFERENCES tree_text (sha256)
);
INSERT INTO "refresh" VALUES(1,'2026-11-02 10:30:00.123456','2026-11-01','a0f90576803f1aac9ff3d45379517e86b4b0d2a30f731f4bcbae74e0d53d0fb0','{"sources": []}');
INSERT INTO "refresh" VALUES(2,'2026-11-09 10:30:00.123456','2026-11-08','a0f90576803f1aac9ff3d45379517e86b4b0d2a30f731f4bcbae74e0d53d0fb0','{"sources": [1]}');
INSERT INTO "refresh" VALUES(3,'2026-11-09 10:30:00.123456',NULL,'4129227b94fe27e8b1715ce364bea67bcc4cb280e8bdd5990a7ed0e44a68ada2','{}');
CREATE TABLE refresh_change (
	refresh INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	source TEXT NOT NULL, 
	added INTEGER NOT NULL, 
	changed INTEGER NOT NULL, 
	removed INTEGER NOT NULL, 
	payload BLOB NOT NULL, 
	CONSTRAINT pk_refresh_change PRIMARY KEY (refresh, position), 
	CONSTRAINT fk_refresh_change_refresh FOREIGN KEY(refresh) REFERENCES refresh (number)
);
INSERT INTO "refresh_change" VALUES(1,0,'shop',3,0,0,X'00FF76616C756573');
INSERT INTO "refresh_change" VALUES(2,0,'shop',1,2,0,X'6D6F7265');
INSERT INTO "refresh_change" VALUES(2,1,'crm',0,0,0,X'');
CREATE TABLE tree_text (
	sha256 TEXT NOT NULL, 
	text TEXT NOT NULL, 
	CONSTRAINT pk_tree_text PRIMARY KEY (sha256)
);
INSERT INTO "tree_text" VALUES('a0f90576803f1aac9ff3d45379517e86b4b0d2a30f731f4bcbae74e0d53d0fb0','northstar: 1
name: Lumen
');
INSERT INTO "tree_text" VALUES('4129227b94fe27e8b1715ce364bea67bcc4cb280e8bdd5990a7ed0e44a68ada2','northstar: 1
# other
');
CREATE INDEX ix_entry_metric_day_id ON entry (metric, day, id);
CREATE INDEX ix_refresh_at ON refresh (at);
CREATE INDEX ix_definition_change_metric_id ON definition_change (metric, id);
CREATE INDEX ix_audit_metric_id ON audit (metric, id);
COMMIT;
