import assert from "node:assert/strict";
import { test } from "node:test";
import { BPF_NAMES, machineNames, namesOf, registersIn, tokens } from "./tokens.ts";

const REGISTERS = ["rax", "rdi", "rsi", "rdx", "rcx", "r8", "rbx", "r13", "r14", "r15", "rbp"].map((machine, n) => ({ name: `r${n}`, machine, role: "", used: true }));

test("every name of a machine register", () => {
  assert.deepEqual(namesOf("rax"), ["rax", "eax", "ax", "al"]);
  assert.deepEqual(namesOf("rdi"), ["rdi", "edi", "di", "dil"]);
  assert.deepEqual(namesOf("r13"), ["r13", "r13d", "r13w", "r13b"]);
  assert.deepEqual(namesOf("x19"), ["x19", "w19"]);
});

test("registers of a line, whatever they are called there", () => {
  const names = machineNames(REGISTERS);
  assert.deepEqual(registersIn("mov edx, dword ptr [r13 + 0x1a]", names), [3, 7]);
  assert.deepEqual(registersIn("movl 0x1a(%r13), %edx", names), [7, 3]);
  assert.deepEqual(registersIn("r3 = *(u32 *)(r7 + 26)", BPF_NAMES), [3, 7]);
  assert.deepEqual(registersIn("if w3 != 0x8 goto pass", BPF_NAMES), [3]);
  assert.deepEqual(registersIn("jmp __x86_return_thunk", names), []);
});

test("the word that says what is done stands out, and nothing is lost", () => {
  const found = tokens("lock xadd qword ptr [rax], rdi", machineNames(REGISTERS), true);
  assert.deepEqual(found.filter(({ kind }) => kind === "word").map(({ text }) => text), ["lock", "xadd"]);
  assert.equal(found.map(({ text }) => text).join(""), "lock xadd qword ptr [rax], rdi");
  assert.deepEqual(
    tokens("if r1 > 9 goto drop", BPF_NAMES, false).filter(({ kind }) => kind === "word").map(({ text }) => text),
    ["if", "goto"],
  );
});
