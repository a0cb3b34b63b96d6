// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/net/synfin/ring, in the first network namespace only: open, read, mmap
 * and poll. See the diagram in ring.h for the reader's side of the ring.
 *
 * In: system calls of readers, in process context. Out: the rings' pages,
 * read-only. An open file, and so each of its mappings, holds the module: rmmod
 * says "in use", and the pages outlive the last reader.
 */
#include "compat.h"
#include "ring.h"

#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/proc_fs.h>
#include <linux/slab.h>
#include <net/net_namespace.h>

/**
 * struct synfin_ring_reader - an open file
 * @seen: records written, on all CPUs, when poll last said readable
 */
struct synfin_ring_reader {
	u64 seen;
};

static struct proc_dir_entry *synfin_ring_entry;

static int synfin_ring_open(struct inode *inode, struct file *file)
{
	struct synfin_ring_reader *reader;

	/* Safe: the entry's removal waits for calls that are under way. */
	if (!try_module_get(THIS_MODULE))
		return -ENXIO;
	reader = kzalloc(sizeof(*reader), GFP_KERNEL_ACCOUNT);
	if (!reader) {
		module_put(THIS_MODULE);
		return -ENOMEM;
	}
	file->private_data = reader;
	return nonseekable_open(inode, file);
}

static int synfin_ring_release(struct inode *inode, struct file *file)
{
	kfree(file->private_data);
	module_put(THIS_MODULE);
	return 0;
}

/* The header, so that magic and version can be checked without a mapping. */
static ssize_t synfin_ring_read(struct file *file, char __user *buf,
				size_t count, loff_t *pos)
{
	const struct synfin_ring_header *header = synfin_ring_header();

	return simple_read_from_buffer(buf, count, pos, header,
				       sizeof(*header));
}

/*
 * Readable when a watermark of records has been written since this file was
 * last readable; the first time, when there is any record. A CPU wakes us each
 * quarter of its ring, so a reader is woken with half of that ring to spare.
 * Fewer records are there to be read all the same: poll with a time limit.
 */
static __poll_t synfin_ring_poll(struct file *file, poll_table *wait)
{
	struct synfin_ring_reader *reader = file->private_data;
	u64 records, seen;

	poll_wait(file, &synfin_ring_wait, wait);
	/* D, matches synfin_ring_end(): on the queue before the heads */
	smp_mb();
	records = synfin_ring_records();
	seen = READ_ONCE(reader->seen);
	if (records - seen < (seen ? synfin_ring_watermark() : 1))
		return 0;
	WRITE_ONCE(reader->seen, records);
	return EPOLLIN | EPOLLRDNORM;
}

/* Pages that are mapped at a time. */
#define BATCH	32

/*
 * All pages at once: a fault for each would cost more than to read what is in it. An
 * error leaves it to the caller, who holds the mmap lock, to unmap what is there.
 */
static int synfin_ring_populate(struct vm_area_struct *vma)
{
	unsigned long at, left, end = vma->vm_pgoff + vma_pages(vma);
	unsigned long addr = vma->vm_start;
	struct page *pages[BATCH];
	unsigned long n;
	int err;

	for (at = vma->vm_pgoff; at < end; at += n, addr += n << PAGE_SHIFT) {
		for (n = 0; n < BATCH && at + n < end; n++)
			pages[n] = synfin_ring_page(at + n);
		left = n;
		err = vm_insert_pages(vma, addr, pages, &left);
		if (err)
			return err;
	}
	return 0;
}

/* Of a page that its reader has given back, with madvise(). */
static vm_fault_t synfin_ring_fault(struct vm_fault *vmf)
{
	struct page *page = synfin_ring_page(vmf->pgoff);

	if (!page)
		return VM_FAULT_SIGBUS;
	get_page(page);
	vmf->page = page;
	return 0;
}

static const struct vm_operations_struct synfin_ring_vm_ops = {
	.fault	= synfin_ring_fault,
};

static int synfin_ring_mmap(struct file *file, struct vm_area_struct *vma)
{
	unsigned long pages = synfin_ring_pages();

	if (vma->vm_flags & (VM_WRITE | VM_EXEC))
		return -EPERM;
	/* VM_SHARED is off in a shared mapping of a file opened read-only. */
	if (!(vma->vm_flags & VM_MAYSHARE))
		return -EINVAL;
	if (vma->vm_pgoff >= pages || vma_pages(vma) > pages - vma->vm_pgoff)
		return -EINVAL;

	synfin_vma_flags(vma, VM_DONTEXPAND | VM_DONTDUMP,
			 VM_MAYWRITE | VM_MAYEXEC);
	vma->vm_ops = &synfin_ring_vm_ops;
	return synfin_ring_populate(vma);
}

static const struct proc_ops synfin_ring_ops = {
	.proc_open	= synfin_ring_open,
	.proc_release	= synfin_ring_release,
	.proc_read	= synfin_ring_read,
	.proc_poll	= synfin_ring_poll,
	.proc_mmap	= synfin_ring_mmap,
};

/**
 * synfin_ring_map_setup() - let readers in
 *
 * The last step of loading: from here on a reader may hold pages of the rings,
 * and only a module that has been loaded to the end waits for it.
 *
 * Context: Process, may sleep; the first namespace's directory is there.
 * Return: 0 or -ENOMEM.
 */
int synfin_ring_map_setup(void)
{
	synfin_ring_entry = proc_create("synfin/ring", 0400,
					init_net.proc_net, &synfin_ring_ops);
	return synfin_ring_entry ? 0 : -ENOMEM;
}

/**
 * synfin_ring_map_teardown() - the first step of unloading
 *
 * No file is open: each holds the module.
 *
 * Context: Process, may sleep.
 */
void synfin_ring_map_teardown(void)
{
	proc_remove(synfin_ring_entry);
	synfin_ring_entry = NULL;
}
