-- A ledger of the first format (schema 1), as the first version of Oaken wrote it.
BEGIN TRANSACTION;
CREATE TABLE changes (
	number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	document_id TEXT NOT NULL
);
INSERT INTO "changes" VALUES(1,'5938e2bade6fa404');
INSERT INTO "changes" VALUES(2,'d34c1aa8f817e84c');
INSERT INTO "changes" VALUES(3,'4f9f606e9d1d2a52');
INSERT INTO "changes" VALUES(4,'4f9f606e9d1d2a52');
CREATE TABLE chunks (
	id TEXT NOT NULL, 
	document_id TEXT NOT NULL, 
	ordinal INTEGER NOT NULL, 
	text TEXT NOT NULL, 
	start INTEGER NOT NULL, 
	"end" INTEGER NOT NULL, 
	page INTEGER, 
	section TEXT NOT NULL, 
	language TEXT NOT NULL, 
	text_hash TEXT NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(document_id) REFERENCES documents (id)
);
INSERT INTO "chunks" VALUES('e6b04c5994d477870c52','5938e2bade6fa404',0,'The mill grinds rye in autumn.',0,30,1,'["The mill"]','en','c331074b0b8456d247112bf090ea6ca4');
INSERT INTO "chunks" VALUES('eff346966f1715a7418d','5938e2bade6fa404',1,'Its wheel has larch paddles.',32,60,2,'["The mill"]','en','cbc6d451dd9b31c595b8ec73404e4000');
INSERT INTO "chunks" VALUES('557a489466999bf61fe4','d34c1aa8f817e84c',0,'Свет маяка виден за 19 миль.',0,28,1,'[]','ru','11186586f205b8bfe3a89a1b406adddc');
INSERT INTO "chunks" VALUES('3bab1b665f1b6c8f277b','d34c1aa8f817e84c',1,'Its wheel has larch paddles.',30,58,2,'[]','ru','d72c1e599343c5531dddcd0cd76c3271');
CREATE TABLE documents (
	id TEXT NOT NULL, 
	source TEXT NOT NULL, 
	root TEXT NOT NULL, 
	path TEXT NOT NULL, 
	size BIGINT NOT NULL, 
	mtime_ns BIGINT NOT NULL, 
	content_hash TEXT NOT NULL, 
	outcome TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	media_type TEXT NOT NULL, 
	language TEXT NOT NULL, 
	pages INTEGER, 
	chunks INTEGER NOT NULL, 
	seconds FLOAT NOT NULL, 
	ingested_at TEXT NOT NULL, 
	text TEXT, 
	PRIMARY KEY (id)
);
INSERT INTO "documents" VALUES('5938e2bade6fa404','/papers/mill.txt','/papers','mill.txt',60,1000,'d461526676ffc52bebea58c94c78e3617c113fb88b35d813da7a00f3cff1478a','indexed','','text/plain','en',2,2,0.5,'2024-05-01T10:00:00+00:00','The mill grinds rye in autumn.

Its wheel has larch paddles.');
INSERT INTO "documents" VALUES('d34c1aa8f817e84c',X'2F7061706572732F636166E92FD0BCD0B0D18FD0BA2E747874','/papers',X'636166E92FD0BCD0B0D18FD0BA2E747874',58,1000,'4e062e61eab83610cee11134d29cc9f4a2b038b61af3b3af3c711c2d349b9677','indexed','','text/plain','ru',2,2,0.5,'2024-05-01T10:00:00+00:00','Свет маяка виден за 19 миль.

Its wheel has larch paddles.');
INSERT INTO "documents" VALUES('f4d2610a8cfa5f28','/papers/scan.pdf','/papers','scan.pdf',0,1000,'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855','empty','no text on its pages','text/plain','en',0,0,0.5,'2024-05-01T10:00:00+00:00',NULL);
CREATE TABLE elements (
	document_id TEXT NOT NULL, 
	start INTEGER NOT NULL, 
	"end" INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	page INTEGER, 
	section TEXT NOT NULL, 
	PRIMARY KEY (document_id, start), 
	FOREIGN KEY(document_id) REFERENCES documents (id)
);
INSERT INTO "elements" VALUES('5938e2bade6fa404',0,30,'text',1,'["The mill"]');
INSERT INTO "elements" VALUES('5938e2bade6fa404',32,60,'text',2,'["The mill"]');
INSERT INTO "elements" VALUES('d34c1aa8f817e84c',0,28,'text',1,'[]');
INSERT INTO "elements" VALUES('d34c1aa8f817e84c',30,58,'text',2,'[]');
CREATE TABLE meta (
	"key" TEXT NOT NULL, 
	value TEXT, 
	PRIMARY KEY ("key")
);
INSERT INTO "meta" VALUES('schema','1');
INSERT INTO "meta" VALUES('embedder','bag-of-words');
INSERT INTO "meta" VALUES('dimension','8');
INSERT INTO "meta" VALUES('document_prefix','');
CREATE TABLE vectors (
	text_hash TEXT NOT NULL, 
	vector BLOB NOT NULL, 
	PRIMARY KEY (text_hash)
);
INSERT INTO "vectors" VALUES('c331074b0b8456d247112bf090ea6ca4',X'4A515A3E0000000000000000000000004A515A3E4A51DA3E4A515A3F00000000');
INSERT INTO "vectors" VALUES('cbc6d451dd9b31c595b8ec73404e4000',X'000000009084C13E9084C13E9084C13E9084C13E9084C13E9084C13E9084C13E');
INSERT INTO "vectors" VALUES('11186586f205b8bfe3a89a1b406adddc',X'F304B53E0000000000000000F304B53E00000000F304B53EF304353FF304B53E');
INSERT INTO "vectors" VALUES('d72c1e599343c5531dddcd0cd76c3271',X'000000002EF9E43E2EF9E43E2EF9E43E2EF9E43E00000000000000002EF9E43E');
CREATE INDEX ix_documents_content_hash ON documents (content_hash);
CREATE INDEX ix_chunks_document_id ON chunks (document_id);
CREATE INDEX ix_chunks_text_hash ON chunks (text_hash);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('changes',4);
COMMIT;
