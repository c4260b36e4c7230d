// node check.mjs < MANIFESTS, from the directory that `prepare` makes: it lies beside the packages.
//
// Reads YAML documents and prints { "manifests": [...], "errors": [...] }. Each manifest is held against Kubernetes' types twice: as a literal of its
// TypeScript type, where unknown fields and wrong types are errors, and by the validator of its schema, which knows required fields, formats and choices.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import yaml from "yaml";

const packages = { "cert-manager.io": "@kubernetes-models/cert-manager", "monitoring.coreos.com": "@kubernetes-models/prometheus-operator" };
const moduleOf = ({ apiVersion, kind }) => `${packages[apiVersion.split("/")[0]] ?? "kubernetes-models"}/${apiVersion}/${kind}`;
const nameOf = ({ kind, metadata }) => `${kind}/${metadata?.name}`;

const errors = [];
const documents = yaml.parseAllDocuments(readFileSync(0, "utf8"), { uniqueKeys: true });
for (const document of documents) errors.push(...document.errors.map(String));
const manifests = documents.map((document) => document.toJSON()).filter((manifest) => manifest !== null);

// One program for all: reading the types is what takes the time. The file lies where the types are found.
const directory = mkdtempSync(join(import.meta.dirname, "check-"));
try {
  const lines = manifests.map((manifest, i) =>
    `import type { I${manifest.kind} as K${i} } from ${JSON.stringify(moduleOf(manifest))}; export const m${i}: K${i} = ${JSON.stringify(manifest)};`);
  const file = join(directory, "manifests.ts");
  writeFileSync(file, lines.join("\n"));
  const program = ts.createProgram([file], {
    noEmit: true, strict: true, skipLibCheck: true, types: [], target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler,
  });
  for (const { file: where, start, messageText } of ts.getPreEmitDiagnostics(program)) {
    const line = where ? where.getLineAndCharacterOfPosition(start).line : -1;
    errors.push(`${line >= 0 ? nameOf(manifests[line]) : "check"}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`);
  }
} finally {
  rmSync(directory, { recursive: true });
}

for (const manifest of manifests) {
  try {
    const models = await import(moduleOf(manifest));
    new models[manifest.kind](manifest).validate();
  } catch (error) {
    errors.push(`${nameOf(manifest)}: ${error.message}`);
  }
}

process.stdout.write(JSON.stringify({ manifests, errors }));
