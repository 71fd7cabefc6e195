// Reads Jest's report: a test that is skipped, to do or never ran counts as failed. The last line is the verdict.
import { readFileSync } from 'node:fs';

const text = readFileSync(process.argv[2], 'utf8');
if (!text) {
  console.error('The tests wrote no report.');
  process.exit(1);
}
const { numPassedTests, numFailedTests, testResults, snapshot } = JSON.parse(text);

const complaints = [];
for (const { name, message, assertionResults } of testResults) {
  if (assertionResults.length === 0) complaints.push(`${name}: no test ran. ${message}`);
  for (const { status, fullName } of assertionResults)
    if (status !== 'passed' && status !== 'failed') complaints.push(`${name}: "${fullName}" is ${status}`);
}
if (snapshot.unchecked > 0) complaints.push(`${snapshot.unchecked} snapshots belong to no test any more`);
if (numPassedTests === 0) complaints.push('no test passed');

for (const complaint of complaints) console.error(complaint);
const failed = numFailedTests + complaints.length;
console.log(`${numPassedTests} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
