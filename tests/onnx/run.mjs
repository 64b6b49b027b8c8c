// Run an ONNX file with onnxruntime-web:  node run.mjs node_modules job.json
// The job names the file and its inputs and outputs: {"model": file, "inputs": {name: {"file", "dims"}},
// "outputs": {name: file}}; arrays are files of 32-bit numbers, little endian.
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [folder, jobFile] = process.argv.slice(2);
const entry = join(resolve(folder), 'onnxruntime-web', 'dist', 'ort.node.min.mjs');
const ort = await import(pathToFileURL(entry).href);
ort.env.wasm.numThreads = 1;

const floats = (file) => {
    const bytes = readFileSync(file);
    return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
};

const job = JSON.parse(readFileSync(jobFile, 'utf8'));
const session = await ort.InferenceSession.create(new Uint8Array(readFileSync(job.model)));
const feeds = {};
for (const [name, { file, dims }] of Object.entries(job.inputs)) {
    feeds[name] = new ort.Tensor('float32', floats(file), dims);
}
const results = await session.run(feeds);
for (const [name, file] of Object.entries(job.outputs)) {
    writeFileSync(file, results[name].data);
}
