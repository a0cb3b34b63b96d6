// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/net/synfin/ring, in the first network namespace only: open, read, seek, mmap
 * and poll. See the diagram in ring.h for the reader's side of the ring.
 *
 * In: system calls of readers, in process context. Out: the rings' pages,
 * read-only. An open file, and so each of its mappings, holds the module: rmmod
 * says "in use", and the pages outlive the last reader.
 */
#include "compat.h"
#include "ring.h"

#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/proc_fs.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>

/* Who waits for a few records only is told of them after so long. */
#define TICK	(HZ / 10)

/**
 * struct synfin_ring_reader - an open file
 * @position:	of records, all rings together: readable when more have been written
 * @told:	the header has been read
 */
struct synfin_ring_reader {
	loff_t	position;
	bool	told;
};

static struct proc_dir_entry *synfin_ring_entry;

/* Wakes those who sleep although no watermark is crossed. */
static void synfin_ring_tick(struct work_struct *work);
static DECLARE_DELAYED_WORK(synfin_ring_ticker, synfin_ring_tick);

/*
 * The mode lets uid 0 in, also that of a container that shares this network: records
 * are those of all namespaces, so it takes a right that such a container lacks.
 */
static int synfin_ring_open(struct inode *inode, struct file *file)
{
	struct synfin_ring_reader *reader;

	if (!capable(CAP_NET_ADMIN))
		return -EPERM;
	/* Safe: the entry's removal waits for calls that are under way. */
	if (!try_module_get(THIS_MODULE))
		return -ENXIO;
	reader = kzalloc(sizeof(*reader), GFP_KERNEL_ACCOUNT);
	if (!reader) {
		module_put(THIS_MODULE);
		return -ENOMEM;
	}
	file->private_data = reader;
	return 0;
}

static int synfin_ring_release(struct inode *inode, struct file *file)
{
	kfree(file->private_data);
	module_put(THIS_MODULE);
	return 0;
}

/*
 * The header, once, so that magic and version can be checked without a mapping. The
 * position of the file counts records, not these bytes.
 */
static ssize_t synfin_ring_read(struct file *file, char __user *buf,
				size_t count, loff_t *pos)
{
	const struct synfin_ring_header *header = synfin_ring_header();
	struct synfin_ring_reader *reader = file->private_data;
	loff_t from = reader->told ? sizeof(*header) : 0;

	reader->told = true;
	return simple_read_from_buffer(buf, count, &from, header, sizeof(*header));
}

/*
 * The file is as long as records have been written, all rings together. Its reader
 * seeks to what it knows of; or further, to be told later.
 */
static loff_t synfin_ring_llseek(struct file *file, loff_t offset, int whence)
{
	struct synfin_ring_reader *reader = file->private_data;

	switch (whence) {
	case SEEK_SET:
		break;
	case SEEK_CUR:
		offset += READ_ONCE(reader->position);
		break;
	case SEEK_END:
		offset += synfin_ring_records();
		break;
	default:
		return -EINVAL;
	}
	if (offset < 0)
		return -EINVAL;
	WRITE_ONCE(reader->position, offset);
	return offset;
}

static void synfin_ring_tick(struct work_struct *work)
{
	static u64 last;
	u64 records = synfin_ring_records();

	if (!wq_has_sleeper(&synfin_ring_wait))
		return;
	if (records != last)
		wake_up_interruptible_poll(&synfin_ring_wait, EPOLLIN | EPOLLRDNORM);
	last = records;
	schedule_delayed_work(&synfin_ring_ticker, TICK);
}

/*
 * Readable as long as more records have been written than the file's position says. A
 * CPU wakes us each quarter of one of its rings, so a reader is woken with half of that
 * ring to spare; of fewer records it is told within a tick.
 */
static __poll_t synfin_ring_poll(struct file *file, poll_table *wait)
{
	struct synfin_ring_reader *reader = file->private_data;

	poll_wait(file, &synfin_ring_wait, wait);
	/* D, matches synfin_ring_end(): on the queue before the heads */
	smp_mb();
	if (synfin_ring_records() > READ_ONCE(reader->position))
		return EPOLLIN | EPOLLRDNORM;
	/* For one that does not wait it ticks once for nothing: 7.3 does not say which. */
	schedule_delayed_work(&synfin_ring_ticker, TICK);
	return 0;
}

/* Pages that are mapped at a time. */
#define BATCH	32

/* Pages from @at on, up to BATCH; stops where there is none. */
static unsigned long collect(struct page **pages, unsigned long at, unsigned long end)
{
	unsigned long n;

	for (n = 0; n < BATCH && at + n < end; n++) {
		pages[n] = synfin_ring_page(at + n);
		if (!pages[n])
			break;
	}
	return n;
}

/*
 * All pages at once: a fault for each would cost more than to read what is in it. An
 * error leaves it to the caller, who holds the mmap lock, to unmap what is there.
 */
static int synfin_ring_populate(struct vm_area_struct *vma)
{
	unsigned long at = vma->vm_pgoff, end = at + vma_pages(vma);
	unsigned long addr = vma->vm_start;
	struct page *pages[BATCH];
	unsigned long n, left;
	int err;

	while (at < end) {
		n = collect(pages, at, end);
		left = n;
		err = n ? vm_insert_pages(vma, addr, pages, &left) : 0;
		if (err)
			return err;
		/* What is missing belongs to a CPU that may come. */
		n += !n;
		at += n;
		addr += n << PAGE_SHIFT;
		cond_resched();
	}
	return 0;
}

/*
 * Of a page whose CPU has come since it was mapped, or that its reader has given back,
 * with madvise().
 */
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
	.proc_lseek	= synfin_ring_llseek,
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
	cancel_delayed_work_sync(&synfin_ring_ticker);
}
