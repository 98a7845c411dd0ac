// SPDX-License-Identifier: MIT

/**
 * Why the kernel refused a module, and what to do: from insmod's words for the errno, and the state of lockdown(7).
 * The errnos are those of module_sig_check() in kernel/module/signing.c and of the finders of vermagic and symbols.
 */
export const explainRefusal = (words: string, lockdown: string): string => {
  if (/Invalid module format/.test(words))
    return 'it was built for another kernel: trace-reset module build, then load again; dmesg says which'
  if (/Key was rejected|Required key not available/.test(words))
    return `this kernel takes signed modules only (module.sig_enforce): ${SIGN}`
  if (/Operation not permitted/.test(words) && lockdown !== 'none')
    return `lockdown(7) is ${lockdown}, as with Secure Boot, and takes no unsigned module: ${SIGN}`
  if (/Operation not permitted/.test(words))
    return 'no CAP_SYS_MODULE here (in a container, load it on the host), or kernel.modules_disabled is 1'
  if (/Unknown symbol/.test(words)) return 'this kernel lacks something the module needs: dmesg names it'
  return 'dmesg tells why'
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
