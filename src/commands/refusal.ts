// SPDX-License-Identifier: MIT

/**
 * Says why the kernel refused a module and what to do, from insmod's text for the errno and the state of lockdown(7).
 * The errnos are those of module_sig_check() in kernel/module/signing.c and of the finders of vermagic and symbols.
 */
export const explainRefusal = (words: string, lockdown: string): string => {
  if (/Invalid module format/.test(words))
    return 'it was built for another kernel (dmesg says which): run trace-reset module build, then load again'
  if (/Key was rejected|Required key not available/.test(words))
    return `this kernel loads signed modules only (module.sig_enforce): ${SIGN}`
  if (/Operation not permitted/.test(words) && lockdown !== 'none')
    return `lockdown(7) is ${lockdown}, as Secure Boot sets it, and forbids unsigned modules: ${SIGN}`
  if (/Operation not permitted/.test(words))
    return 'no CAP_SYS_MODULE here (in a container, load it on the host), or kernel.modules_disabled is 1'
  if (/Unknown symbol/.test(words)) return 'this kernel lacks a symbol that the module needs; dmesg names it'
  return 'dmesg says why'
}

/**
 * The kernel symbols that a build of the module did not find, from what make printed: modpost names each, as
 * `"sock_gen_put" [tcphash.ko] undefined!` (scripts/mod/modpost.c, the same words from 5.10 on).
 */
export const missingSymbols = (output: string): string[] => [
  ...new Set([...output.matchAll(/modpost: "(\w+)" \[[^\]]*\] undefined!/g)].map(([, name = '']) => name)),
]

const SIGN =
  "sign it with an enrolled key (scripts/sign-file of the kernel's headers, mokutil --import), or use --ehash ss"
