// SPDX-License-Identifier: GPL-2.0-only
/* The device /dev/tcphash. Its protocol is in tcphash.h. */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>

#include "tcphash.h"

static int tcphash_open(struct inode *inode, struct file *file)
{
	struct tcphash_session *session;

	/* Each look-up checks the netns it is for; mode 0600 limits who can open the device. */
	if (!ns_capable(file->f_cred->user_ns, CAP_NET_ADMIN))
		return -EPERM;
	session = tcphash_session_alloc();
	if (!session)
		return -ENOMEM;
	/* Replaces the miscdevice that misc_open() (drivers/char/misc.c) left there. */
	file->private_data = session;
	return stream_open(inode, file);
}

static int tcphash_release(struct inode *inode, struct file *file)
{
	tcphash_session_free(file->private_data);
	return 0;
}

static ssize_t tcphash_read(struct file *file, char __user *buf, size_t count, loff_t *ppos)
{
	return tcphash_session_read(file->private_data, buf, count);
}

static ssize_t tcphash_write(struct file *file, const char __user *buf, size_t count,
			     loff_t *ppos)
{
	return tcphash_session_write(file->private_data, file, buf, count);
}

static const struct file_operations tcphash_fops = {
	.owner		= THIS_MODULE,	/* an open file keeps the module loaded */
	.open		= tcphash_open,
	.release	= tcphash_release,
	.read		= tcphash_read,
	.write		= tcphash_write,
};

static struct miscdevice tcphash_device = {
	.minor	= MISC_DYNAMIC_MINOR,
	.name	= "tcphash",
	.mode	= 0600,
	.fops	= &tcphash_fops,
};

static int __init tcphash_setup(void)
{
	int err = misc_register(&tcphash_device);

	if (err)
		pr_err("cannot register the device: %d\n", err);
	else
		tcphash_dump();
	return err;
}

static void __exit tcphash_teardown(void)
{
	misc_deregister(&tcphash_device);
}

module_init(tcphash_setup);
module_exit(tcphash_teardown);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Look-ups in the TCP hash table by exact tuple, for trace-reset");
MODULE_AUTHOR("trace-reset authors");
MODULE_VERSION(TCPHASH_VERSION);
